#include "coordinator/job/matches.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "common/receipt/prompt_commitment.h"

namespace gotong::job {
namespace {

using Check = std::pair<bool, const char*>;

// The pool hands out the salt with every prompt that may be known, and with no other.
bool discloses_as_asked(const receipt::RequestClaim& request, const RenderSpec& spec) {
    if (spec.is_private) return !request.prompt_disclosed;
    return request.prompt_disclosed == spec.prompt;
}

bool is_of_model(const std::vector<receipt::ModelClaim>& models, const Job& job) {
    return models.size() == 1 && models.front().name == job.spec.model &&
           crypto::to_hex(models.front().sha256) == job.model_digest &&
           model::digest_of(models.front().files) == models.front().sha256;
}

std::optional<receipt::OriginalClaim> claim_of(const std::optional<Original>& original) {
    if (!original) return std::nullopt;
    return receipt::OriginalClaim{.picture = original->picture,
                                  .mask = original->mask,
                                  .strength = original->strength,
                                  .strength_rule = std::string(sampling::name_of(original->rule))};
}

std::array<Check, 10> sampling_checks(const receipt::RenderStatement& statement,
                                      const RenderSpec& spec) {
    const receipt::SamplingClaim& claim = statement.sampling;
    return {{{claim.seed == spec.seed, "sampling.seed"},
             {claim.sampler == spec.sampler, "sampling.sampler"},
             {claim.schedule == spec.schedule, "sampling.schedule"},
             {claim.steps == spec.steps, "sampling.steps"},
             {claim.guidance == spec.guidance, "sampling.guidance"},
             {claim.width == spec.width, "sampling.width"},
             {claim.height == spec.height, "sampling.height"},
             {statement.original == claim_of(spec.original), "original"},
             {statement.trajectory.leaves == steps_made(spec) + 1, "trajectory.leaves"},
             {discloses_as_asked(statement.request, spec), "request.promptDisclosed"}}};
}

Result<> first_failure(std::span<const Check> checks) {
    for (const auto& [holds, field] : checks) {
        if (holds) continue;
        return fail(ErrorCode::invalid_argument,
                    std::string("the statement's ") + field + " is not what was asked for", field);
    }
    return {};
}

}  // namespace

Result<> matches(const receipt::RenderStatement& statement, const Job& job, const Attempt& attempt,
                 const Parties& parties, const Digest& blob_sha256) {
    const std::array<Check, 9> checks{
        {{statement.job.id == job.id, "job.id"},
         {statement.job.attempt == attempt.number, "job.attempt"},
         {statement.job.offer_sha256 == attempt.offer_sha256, "job.offerSha256"},
         {statement.output.sha256 == blob_sha256, "subject"},
         {statement.request.spec_sha256 == spec_sha256(job.spec), "request.specSha256"},
         {statement.request.prompt_commitment ==
              receipt::prompt_commitment(job.prompt_salt, job.spec.prompt),
          "request.promptCommitment"},
         {is_of_model(statement.models, job), "models"},
         {statement.worker.key_id == parties.worker_key_id &&
              statement.worker.enrolment_sha256 == parties.enrolment_sha256,
          "worker"},
         {statement.pool.key_id == parties.pool_key_id && statement.pool.name == parties.pool_name,
          "pool"}}};
    if (auto ok = first_failure(checks); !ok) return ok;
    return first_failure(sampling_checks(statement, job.spec));
}

}  // namespace gotong::job
