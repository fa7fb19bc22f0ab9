#include "tests/worker/job/agent_world.h"

#include "common/offer/offer.h"

namespace gotong::worker {
namespace {

Offer offer_for(const Lease& lease, const crypto::PublicKey& pool) {
    return {.job = lease.job,
            .attempt = lease.attempt,
            .spec = {.model = "emoji",
                     .prompt = "a red apple",
                     .negative_prompt = "",
                     .width = 64,
                     .height = 64,
                     .steps = 10,
                     .guidance = 5.0,
                     .sampler = "euler",
                     .schedule = "normal",
                     .seed = 7,
                     .is_private = false},
            .model_digest = kDigest,
            .prompt_salt = std::string(32, 's'),
            .pool_key_id = crypto::key_id(pool)};
}

}  // namespace

World::World(std::vector<KeptResult> outbox, std::uint32_t slots)
    : agent(pool.public_key(), slots, outbox, now) {}

Actions World::connect() {
    return step(SessionUp{
        .heartbeat_idle = 30s, .heartbeat_busy = 5s, .models = {{"emoji", kDigest, PreviewMap{}}}});
}

Actions World::wait(std::chrono::milliseconds time) {
    now.monotonic += time;
    now.wall += time;
    return step(Tick{});
}

OfferArrived World::offer(const Lease& lease) const { return offer_signed_by(pool, lease); }

OfferArrived World::offer_signed_by(const crypto::SigningKey& key, const Lease& lease) const {
    return {
        .lease = lease,
        .envelope = receipt::sign_envelope(std::string{kOfferPayloadType},
                                           offer_payload(offer_for(lease, pool.public_key())), key),
        .patience = 180s};
}

void World::render(const Lease& lease, std::uint32_t steps_done) {
    connect();
    step(offer(lease));
    for (std::uint32_t done = 1; done <= steps_done; ++done) {
        wait(1s);
        step(StepDone{.lease = lease,
                      .phase = Phase::rendering,
                      .step = done,
                      .steps = 10,
                      .preview_png = {}});
    }
}

Actions World::finish(const Lease& lease) {
    return step(RenderEnded{lease, Kept{.sha256 = {1, 2, 3}, .size = 99}});
}

Actions World::fail_render(const Lease& lease, ErrorCode code, std::string message) {
    return step(RenderEnded{lease, fail(code, std::move(message))});
}

Lease lease_of(std::uint8_t job, std::uint32_t attempt) {
    Lease lease{.job = {}, .attempt = attempt};
    lease.job.bytes.fill(job);
    return lease;
}

}  // namespace gotong::worker
