// What comes back: one picture for each job, paid once, whatever is late, repeated or wrong.
#include <catch2/catch_test_macros.hpp>
#include <functional>

#include "common/receipt/bundle.h"
#include "coordinator/job/limits.h"
#include "coordinator/ledger/ledger.h"
#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

const std::vector<core::OfferedModel> kEmoji{{"emoji", model_named("emoji").digest}};

struct Scene {
    Pool pool;
    AccountId alice;
    Worker worker;
    JobId job;
    core::OfferJob offer;

    Scene() : worker(started()) {
        worker.connect();
        alice = pool.add_account("alice", 100);
        job = pool.submit_one(alice);
        offer = worker.heard<core::OfferJob>();
        worker.accept(offer);
    }
    core::Verdict verdict() { return worker.heard<core::AckResult>().verdict; }
    Credits earned() { return pool.balance(ledger::earned_by(worker.id())); }

  private:
    Worker started() {
        pool.add_model(model_named("emoji"));
        return Worker{pool, 1, kEmoji};
    }
};

// The worker drops out for good measure, long enough for its lease to be lost.
void lose_lease(Scene& scene) {
    scene.worker.drop();
    scene.pool.pass(core::Policy{}.session_ttl);
}

TEST_CASE("a sound result ends the job, pays the worker and carries a countersigned receipt") {
    Scene scene;
    scene.worker.finish(scene.offer);
    const auto ack = scene.worker.heard<core::AckResult>();
    CHECK(ack.verdict == core::Verdict::accepted);
    const job::Job job = scene.pool.job(scene.job);
    CHECK(ack.credit == job.price);
    CHECK(job.state == job::State::done);
    CHECK(job.holder == scene.worker.id());
    CHECK(job.picture.sha256 == digest_of("picture of " + scene.job.to_hex()));
    CHECK(scene.earned() == job.price);
    CHECK(scene.pool.balance(ledger::held_of(scene.alice)) == Credits{0});
    CHECK(scene.pool.outcome_of(scene.job, 1) == "accepted");
    const auto bundle = receipt::parse_bundle(job.picture.bundle).value();
    CHECK(receipt::is_signed_by(bundle.statement, scene.worker.key().public_key()));
    CHECK(receipt::is_signed_by(bundle.statement, scene.pool.notary().public_key()));
    CHECK(scene.pool.changes().back().view.job.state == job::State::done);
}

TEST_CASE("the same result sent again is a duplicate and pays nothing more") {
    Scene scene;
    scene.worker.finish(scene.offer);
    scene.worker.finish(scene.offer);
    const auto ack = scene.worker.heard<core::AckResult>();
    CHECK(ack.verdict == core::Verdict::duplicate);
    CHECK(ack.credit == scene.pool.job(scene.job).price);
    CHECK(scene.earned() == ack.credit);
    scene.pool.restart();
    scene.worker.connect();
    scene.worker.finish(scene.offer);
    CHECK(scene.verdict() == core::Verdict::duplicate);
}

TEST_CASE("a late result is accepted while nobody else holds the job") {
    Scene scene;
    lose_lease(scene);
    REQUIRE(scene.pool.job(scene.job).state == job::State::queued);
    scene.worker.hello();  // No snapshot yet, so no new offer to itself either.
    scene.worker.finish(scene.offer);
    CHECK(scene.verdict() == core::Verdict::accepted);
    CHECK(scene.pool.job(scene.job).state == job::State::done);
    CHECK(scene.pool.outcome_of(scene.job, 1) == "accepted");
    CHECK(scene.pool.core().pool().jobs_queued == 0);
}

TEST_CASE("a late result is superseded while another worker holds the job") {
    Scene scene;
    lose_lease(scene);
    Worker other{scene.pool, 2, kEmoji};
    other.connect();
    const auto second = other.heard<core::OfferJob>();
    other.accept(second);
    scene.worker.hello();
    scene.worker.finish(scene.offer);
    CHECK(scene.verdict() == core::Verdict::superseded);
    CHECK(scene.earned() == Credits{0});
    other.finish(second);
    CHECK(other.heard<core::AckResult>().verdict == core::Verdict::accepted);
}

TEST_CASE("a late result of the worker that holds the job again stops its new attempt") {
    Scene scene;
    lose_lease(scene);
    scene.worker.held.clear();
    scene.worker.connect();
    const auto again = scene.worker.heard<core::OfferJob>();
    REQUIRE(again.lease == core::LeaseToken{scene.job, 2});
    scene.worker.accept(again);
    scene.worker.finish(scene.offer);
    const auto said = scene.worker.take();
    REQUIRE(said.size() == 2);
    CHECK(std::get<core::Desired>(said[0]).cancel == std::vector{again.lease});
    CHECK(std::get<core::AckResult>(said[1]).verdict == core::Verdict::accepted);
    CHECK(scene.pool.outcome_of(scene.job, 2) == "superseded");
}

TEST_CASE("a result of a cancelled job is superseded and pays nothing") {
    Scene scene;
    REQUIRE(scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = scene.job}));
    scene.worker.finish(scene.offer);
    CHECK(scene.verdict() == core::Verdict::superseded);
    CHECK(scene.earned() == Credits{0});
}

TEST_CASE("a result that the verifier refused is rejected and counts against its worker") {
    Scene scene;
    scene.worker.send(scene.offer, {}, fail(ErrorCode::invalid_argument, "the picture is a lie"));
    const auto ack = scene.worker.heard<core::AckResult>();
    CHECK(ack.verdict == core::Verdict::rejected);
    CHECK(ack.reason == "the picture is a lie");
    CHECK(scene.pool.outcome_of(scene.job, 1) == "rejected");
    CHECK(scene.pool.job(scene.job).failed_on == std::set{scene.worker.id()});
    CHECK(scene.earned() == Credits{0});
}

TEST_CASE("trouble of our own while verifying blames nobody and leaves the result in the outbox") {
    Scene scene;
    scene.worker.send(scene.offer, {}, fail(ErrorCode::unavailable, "the disk does not answer"));
    CHECK(scene.worker.take().empty());
    CHECK(scene.pool.job(scene.job).state == job::State::running);
    scene.worker.finish(scene.offer);
    CHECK(scene.verdict() == core::Verdict::accepted);
}

TEST_CASE("a statement that differs from the offer in any field is rejected by its name") {
    using receipt::RenderStatement;
    const std::vector<std::pair<std::string, std::function<void(RenderStatement&)>>> spoilers{
        {"job.id", [](RenderStatement& s) { s.job.id.bytes[0] ^= 1; }},
        {"job.attempt", [](RenderStatement& s) { ++s.job.attempt; }},
        {"job.offerSha256", [](RenderStatement& s) { s.job.offer_sha256[0] ^= 1; }},
        {"subject", [](RenderStatement& s) { s.output.sha256[0] ^= 1; }},
        {"request.specSha256", [](RenderStatement& s) { s.request.spec_sha256[0] ^= 1; }},
        {"request.promptCommitment",
         [](RenderStatement& s) { s.request.prompt_commitment[0] ^= 1; }},
        {"request.promptDisclosed",
         [](RenderStatement& s) { s.request.prompt_disclosed = "a pear"; }},
        {"request.promptDisclosed", [](RenderStatement& s) { s.request.prompt_disclosed.reset(); }},
        {"models", [](RenderStatement& s) { s.models[0].sha256[0] ^= 1; }},
        {"models", [](RenderStatement& s) { s.models.clear(); }},
        {"models", [](RenderStatement& s) { s.models[0].files.clear(); }},
        {"sampling.seed", [](RenderStatement& s) { ++s.sampling.seed; }},
        {"sampling.sampler", [](RenderStatement& s) { s.sampling.sampler = "euler"; }},
        {"sampling.schedule", [](RenderStatement& s) { s.sampling.schedule = "normal"; }},
        {"sampling.steps", [](RenderStatement& s) { --s.sampling.steps; }},
        {"sampling.guidance", [](RenderStatement& s) { s.sampling.guidance += 0.5; }},
        {"sampling.width", [](RenderStatement& s) { s.sampling.width /= 2; }},
        {"sampling.height", [](RenderStatement& s) { s.sampling.height /= 2; }},
        {"trajectory.leaves", [](RenderStatement& s) { --s.trajectory.leaves; }},
        {"worker", [](RenderStatement& s) { s.worker.key_id[0] ^= 1; }},
        {"worker", [](RenderStatement& s) { s.worker.enrolment_sha256[0] ^= 1; }},
        {"pool", [](RenderStatement& s) { s.pool.key_id[0] ^= 1; }},
        {"pool", [](RenderStatement& s) { s.pool.name = "another"; }}};
    for (const auto& [field, spoil] : spoilers) {
        Scene scene;
        RenderStatement statement = statement_for(scene.pool, scene.offer, scene.worker.key());
        spoil(statement);
        scene.worker.send(scene.offer, statement);
        const auto ack = scene.worker.heard<core::AckResult>();
        INFO(field);
        CHECK(ack.verdict == core::Verdict::rejected);
        CHECK(ack.reason == "the statement's " + field + " is not what was asked for");
    }
}

TEST_CASE("a private picture's statement may not tell the prompt") {
    Scene scene;
    scene.worker.finish(scene.offer);
    scene.worker.snapshot();
    job::Submission submission;
    submission.account = scene.alice;
    submission.spec.prompt = "a secret";
    submission.spec.is_private = true;
    const JobId id = scene.pool.submit(submission).value().jobs[0].id;
    const auto offer = scene.worker.heard<core::OfferJob>();
    REQUIRE(offer.lease.job == id);
    scene.worker.accept(offer);
    auto statement = statement_for(scene.pool, offer, scene.worker.key());
    CHECK(statement.request.prompt_disclosed == std::nullopt);
    statement.request.prompt_disclosed = "a secret";
    scene.worker.send(offer, statement);
    CHECK(scene.verdict() == core::Verdict::rejected);
}

TEST_CASE("nobody gets credit under another worker's attempt") {
    Scene scene;
    Worker thief{scene.pool, 2, kEmoji};
    thief.connect();
    thief.finish(scene.offer);
    CHECK(thief.heard<core::AckResult>().verdict == core::Verdict::rejected);
    CHECK(scene.pool.job(scene.job).state == job::State::running);
    CHECK(scene.pool.job(scene.job).failed_on.empty());
}

TEST_CASE("a result for a job that never was is rejected") {
    Scene scene;
    scene.offer.lease = {JobId{}, 1};
    scene.worker.send(scene.offer, {});
    CHECK(scene.verdict() == core::Verdict::rejected);
}

TEST_CASE("an upload is granted to the lease's holder, and says what the pool has already") {
    Scene scene;
    scene.pool.step(core::UploadAsked{.stream = scene.worker.stream(),
                                      .lease = scene.offer.lease,
                                      .sha256 = digest_of("picture"),
                                      .size = 1'234,
                                      .stored = true});
    const auto grant = scene.worker.heard<core::GrantUpload>();
    CHECK(grant.lease == scene.offer.lease);
    CHECK(grant.sha256 == digest_of("picture"));
    CHECK(grant.size == 1'234);
    CHECK(grant.stored);
}

TEST_CASE("an upload that could not be accepted is refused with the verdict that it would get") {
    Scene scene;
    const auto ask = [&](const Worker& worker, std::uint64_t size) {
        scene.pool.step(core::UploadAsked{.stream = worker.stream(),
                                          .lease = scene.offer.lease,
                                          .sha256 = digest_of("picture"),
                                          .size = size,
                                          .stored = false});
    };
    Worker stranger{scene.pool, 2, {}};
    stranger.connect();
    ask(stranger, 1'000);
    CHECK(stranger.heard<core::AckResult>().verdict == core::Verdict::rejected);
    ask(scene.worker, job::kMaxPictureBytes);
    CHECK(scene.worker.hears<core::GrantUpload>());
    ask(scene.worker, job::kMaxPictureBytes + 1);
    CHECK(scene.verdict() == core::Verdict::rejected);
    CHECK(scene.pool.outcome_of(scene.job, 1) == "rejected");
}

TEST_CASE("a death before the commit leaves no trace of the acceptance") {
    Scene scene;
    const auto payload = std::string("statement");
    const core::ResultVerified result{
        .stream = scene.worker.stream(),
        .lease = scene.offer.lease,
        .envelope = receipt::sign_envelope("test", payload, scene.worker.key()),
        .statement = statement_for(scene.pool, scene.offer, scene.worker.key()),
        .statement_sha256 = digest_of(payload),
        .blob_sha256 = digest_of("picture of " + scene.job.to_hex()),
        .blob_size = 1'000,
        .verdict = {}};
    scene.pool.die_during(result);
    CHECK(scene.pool.job(scene.job).state == job::State::running);
    CHECK(scene.earned() == Credits{0});
    scene.worker.connect();
    scene.worker.finish(scene.offer);
    CHECK(scene.verdict() == core::Verdict::accepted);
}

}  // namespace
}  // namespace gotong::test
