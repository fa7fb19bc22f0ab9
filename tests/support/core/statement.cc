#include "tests/support/core/statement.h"

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/offer/offer.h"
#include "common/receipt/prompt_commitment.h"
#include "tests/support/core/pool.h"

namespace gotong::test {

receipt::RenderStatement claim_about(const core::OfferJob& offer, const Claimant& worker) {
    const Offer asked = parse_offer(offer.offer.payload).value();
    receipt::RenderStatement statement;
    statement.output.sha256 = digest_of("picture of " + asked.job.to_hex());
    statement.job = {asked.job, asked.attempt, crypto::sha256(as_bytes(offer.offer.payload))};
    statement.request.spec_sha256 = spec_sha256(asked.spec);
    statement.request.prompt_commitment =
        receipt::prompt_commitment(asked.prompt_salt, asked.spec.prompt);
    if (!asked.spec.is_private) statement.request.prompt_disclosed = asked.spec.prompt;
    receipt::ModelClaim model;
    model.name = asked.spec.model;
    model.sha256 = crypto::digest_from_hex(asked.model_digest).value();
    model.files = worker.files;
    statement.models = {model};
    statement.sampling = {.seed = asked.spec.seed,
                          .rng = "philox4x32-10-cpu/v1",
                          .sampler = asked.spec.sampler,
                          .schedule = asked.spec.schedule,
                          .steps = asked.spec.steps,
                          .guidance = asked.spec.guidance,
                          .width = asked.spec.width,
                          .height = asked.spec.height};
    if (const auto& original = asked.spec.original) {
        statement.original = {.picture = original->picture,
                              .mask = original->mask,
                              .strength = original->strength,
                              .strength_rule = std::string(sampling::name_of(original->rule))};
    }
    statement.trajectory.leaves = steps_made(asked.spec) + 1;
    statement.worker = {worker.key_id, worker.enrolment_sha256};
    statement.pool = {kPoolName, asked.pool_key_id};
    return statement;
}

}  // namespace gotong::test
