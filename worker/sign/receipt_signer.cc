#include "worker/sign/receipt_signer.h"

#include <utility>

#include "common/offer/render_spec.h"
#include "common/receipt/dsse.h"
#include "common/receipt/pixel_digest.h"
#include "common/receipt/prompt_commitment.h"

namespace gotong::sign {
namespace {

using receipt::RenderStatement;
using worker::Job;
using worker::Outcome;

// The engine's only generator of noise and only kernel for attention; a second of either would
// come with the renderer's Ready.
constexpr const char* kRng = "philox4x32-10-cpu/v1";
constexpr const char* kAttention = "scaled_dot_product_attention";
constexpr const char* kUnknown = "unknown";

receipt::RequestClaim request_claim(const Offer& offer) {
    receipt::RequestClaim claim{
        .spec_sha256 = spec_sha256(offer.spec),
        .prompt_commitment = receipt::prompt_commitment(offer.prompt_salt, offer.spec.prompt),
        .prompt_disclosed = std::nullopt};
    if (!offer.spec.is_private) claim.prompt_disclosed = offer.spec.prompt;
    return claim;
}

// "gotong-engine 0.1.0" -> name and version.
receipt::EngineClaim engine_claim(const worker::EngineFacts& facts,
                                  const std::vector<std::string>& notes) {
    const auto space = facts.engine.find(' ');
    const bool has_version = space != std::string::npos;
    return {.name = facts.engine.substr(0, space),
            .version = has_version ? facts.engine.substr(space + 1) : kUnknown,
            .commit = facts.commit,
            .binary_sha256 = facts.binary_sha256,
            .libtorch = facts.libtorch,
            .device = facts.device,
            .dtype = facts.dtype,
            .attention = kAttention,
            .flags = notes};
}

receipt::SamplingClaim sampling_claim(const RenderSpec& spec) {
    return {.seed = spec.seed,
            .rng = kRng,
            .sampler = spec.sampler,
            .schedule = spec.schedule,
            .steps = spec.steps,
            .guidance = spec.guidance,
            .width = spec.width,
            .height = spec.height};
}

std::optional<receipt::OriginalClaim> original_claim(const RenderSpec& spec) {
    if (!spec.original) return std::nullopt;
    return receipt::OriginalClaim{
        .picture = spec.original->picture,
        .mask = spec.original->mask,
        .strength = spec.original->strength,
        .strength_rule = std::string{sampling::name_of(spec.original->rule)}};
}

class Signed final : public worker::Executor {
  public:
    Signed(const Identity& identity, worker::ExecutorPtr inner)
        : identity_(identity), inner_(std::move(inner)) {}

    Result<Outcome> run(const Job& job, const std::stop_token& stop,
                        const worker::OnProgress& on_progress) override {
        Result<Outcome> outcome = inner_->run(job, stop, on_progress);
        if (!outcome) return outcome;
        const auto statement = make_statement(identity_, job, *outcome);
        if (!statement) return Failure{statement.error()};
        auto payload = receipt::statement_payload(*statement);
        if (!payload) return Failure{payload.error().during("write the statement")};
        outcome->statement = receipt::sign_envelope(std::string{receipt::kStatementPayloadType},
                                                    std::move(*payload), identity_.key);
        return outcome;
    }

  private:
    const Identity& identity_;
    worker::ExecutorPtr inner_;
};

}  // namespace

Result<RenderStatement> make_statement(const Identity& identity, const Job& job,
                                       const Outcome& outcome) {
    const worker::Picture& picture = outcome.picture;
    if (outcome.png.empty() || picture.rgb.empty())
        return fail(ErrorCode::internal, "there is no picture to sign");
    const auto model_digest = crypto::digest_from_hex(job.offer.model_digest);
    if (!model_digest) return Failure{model_digest.error()};
    return RenderStatement{
        .output = {.sha256 = outcome.png_sha256,
                   .pixel_sha256 =
                       receipt::pixel_digest(picture.width, picture.height, as_bytes(picture.rgb))},
        .job = {.id = job.lease.job,
                .attempt = job.lease.attempt,
                .offer_sha256 = job.offer_sha256},
        .request = request_claim(job.offer),
        .models = {{.name = job.offer.spec.model,
                    .sha256 = *model_digest,
                    .files = outcome.weights}},
        .engine = engine_claim(outcome.engine, outcome.notes),
        .sampling = sampling_claim(job.offer.spec),
        .trajectory = {.root = outcome.trajectory_root, .leaves = outcome.trajectory_leaves},
        .worker = {.key_id = crypto::key_id(identity.key.public_key()),
                   .enrolment_sha256 = identity.enrolment_sha256},
        .pool = identity.pool,
        .times = {.leased = job.leased, .started = outcome.started, .finished = outcome.finished},
        .original = original_claim(job.offer.spec)};
}

worker::ExecutorPtr signed_by(const Identity& identity, worker::ExecutorPtr inner) {
    return std::make_unique<Signed>(identity, std::move(inner));
}

}  // namespace gotong::sign
