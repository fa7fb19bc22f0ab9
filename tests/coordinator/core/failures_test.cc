// Attempts that come to nothing: who is to blame, how long a job waits, and when it is given up.
#include <catch2/catch_test_macros.hpp>

#include "coordinator/ledger/ledger.h"
#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

const std::vector<core::OfferedModel> kEmoji{{"emoji", model_named("emoji").digest}};

struct Scene {
    Pool pool;
    AccountId alice;

    Scene() {
        pool.add_model(model_named("emoji"));
        alice = pool.add_account("alice", 100);
    }
    job::State state_of(JobId id) { return pool.job(id).state; }
};

TEST_CASE("a declined offer goes to another worker, and the one that declined is left alone") {
    Scene scene;
    Worker first{scene.pool, 1, kEmoji};
    first.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    first.decline(first.heard<core::OfferJob>(), 20s);
    CHECK(scene.pool.outcome_of(id, 1) == "declined");
    CHECK(scene.pool.job(id).failed_on.empty());
    scene.pool.pass(19s);
    CHECK(!first.hears<core::OfferJob>());

    Worker second{scene.pool, 2, kEmoji};
    second.connect();
    CHECK(second.heard<core::OfferJob>().lease == core::LeaseToken{id, 2});
}

TEST_CASE("a worker that declined is asked again when its time is over") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    scene.pool.submit_one(scene.alice);
    worker.decline(worker.heard<core::OfferJob>(), 20s);
    scene.pool.pass(21s);
    CHECK(worker.hears<core::OfferJob>());
}

TEST_CASE("an offer that is not answered in time is taken back") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    scene.pool.pass(core::Policy{}.accept_within);
    CHECK(scene.pool.outcome_of(id, 1) == "lost");
    CHECK(scene.state_of(id) == job::State::queued);
    CHECK(worker.heard<core::Desired>().cancel == std::vector{offer.lease});
    worker.accept(offer);  // Too late.
    CHECK(worker.heard<core::Desired>().cancel == std::vector{offer.lease});
}

TEST_CASE("a job that was handed back is queued at once and blames nobody") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    for (std::uint32_t attempt = 1; attempt <= 5; ++attempt) {
        if (attempt == 1) scene.pool.submit_one(scene.alice);
        const auto offer = worker.heard<core::OfferJob>();
        CHECK(offer.lease.attempt == attempt);
        worker.accept(offer);
        worker.fail(offer.lease, attempt % 2 == 0 ? ErrorCode::cancelled : ErrorCode::unavailable);
        CHECK(scene.pool.outcome_of(offer.lease.job, attempt) == "returned");
        CHECK(scene.pool.job(offer.lease.job).failed_on.empty());
        worker.snapshot();
        scene.pool.pass(2s);
    }
}

TEST_CASE("a failure is taken down, and again when it is sent again") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    worker.fail(offer.lease, ErrorCode::internal);
    CHECK(worker.heard<core::AckResult>().verdict == core::Verdict::noted);
    worker.fail(offer.lease, ErrorCode::internal);
    CHECK(worker.heard<core::AckResult>().verdict == core::Verdict::noted);
    CHECK(scene.pool.job(offer.lease.job).failed_on == std::set{worker.id()});
}

TEST_CASE("a job that failed waits a while, then goes to somebody else") {
    Scene scene;
    Worker first{scene.pool, 1, kEmoji};
    first.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = first.heard<core::OfferJob>();
    first.accept(offer);
    Worker second{scene.pool, 2, kEmoji};
    second.connect();
    first.fail(offer.lease, ErrorCode::internal);
    first.snapshot();
    CHECK(scene.state_of(id) == job::State::queued);
    CHECK(scene.pool.job(id).failure == "the renderer says no");
    scene.pool.pass(500ms);
    CHECK(!second.hears<core::OfferJob>());
    scene.pool.pass(1s);
    CHECK(second.heard<core::OfferJob>().lease == core::LeaseToken{id, 2});
    CHECK(!first.hears<core::OfferJob>());
}

TEST_CASE("a failed job waits for another worker that is online and busy") {
    Scene scene;
    Worker busy{scene.pool, 2, kEmoji};
    busy.connect();
    scene.pool.submit_one(scene.alice);
    const auto first_offer = busy.heard<core::OfferJob>();
    busy.accept(first_offer);

    Worker failing{scene.pool, 1, kEmoji};
    failing.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = failing.heard<core::OfferJob>();
    failing.accept(offer);
    failing.fail(offer.lease, ErrorCode::internal);
    failing.snapshot();
    scene.pool.pass(10s);
    CHECK(!failing.hears<core::OfferJob>());

    busy.drop();
    scene.pool.pass(1s);
    CHECK(failing.heard<core::OfferJob>().lease == core::LeaseToken{id, 2});
}

TEST_CASE("three distinct workers at fault end a job, and nothing is paid") {
    Scene scene;
    const JobId id = scene.pool.submit_one(scene.alice);
    for (std::uint8_t number = 1; number <= 3; ++number) {
        Worker worker{scene.pool, number, kEmoji};
        scene.pool.pass(5s);
        worker.connect();
        const auto offer = worker.heard<core::OfferJob>();
        worker.accept(offer);
        worker.fail(offer.lease, ErrorCode::internal);
        worker.drop();
    }
    const job::Job job = scene.pool.job(id);
    CHECK(job.state == job::State::failed);
    CHECK(job.failure ==
          "given up after 3 failed attempts on 3 workers; the last: the renderer says no");
    CHECK(scene.pool.balance(ledger::available_of(scene.alice)) == Credits{100 * kCredit});
    CHECK(scene.pool.balance(ledger::held_of(scene.alice)) == Credits{0});
}

TEST_CASE("where nobody else could render it, three failures of one worker are enough") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    for (int i = 0; i < 3; ++i) {
        CHECK(scene.state_of(id) != job::State::failed);
        const auto offer = worker.heard<core::OfferJob>();
        worker.accept(offer);
        worker.fail(offer.lease, ErrorCode::resource_exhausted);
        worker.snapshot();
        scene.pool.pass(3s);  // Longer than the delay, shorter than an offer may wait.
    }
    CHECK(scene.state_of(id) == job::State::failed);
}

TEST_CASE("a lease whose steps stop ends, by its worker's fault while its stream is up") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    for (std::uint32_t step = 1; step <= 5; ++step) {
        scene.pool.pass(40s);
        worker.progress(offer.lease, step);
    }
    CHECK(scene.state_of(id) == job::State::running);  // 200 s, but never 180 s without a step.
    for (int i = 0; i < 5; ++i) {
        scene.pool.pass(40s);
        worker.snapshot();  // Alive, and reporting the same step again.
    }
    CHECK(scene.pool.outcome_of(id, 1) == "failed");
    CHECK(scene.pool.job(id).failed_on == std::set{worker.id()});
    CHECK(scene.pool.job(id).failure == "no step was reported for 180 s");
}

TEST_CASE("a job that nobody rendered in time fails with the last reason") {
    core::Policy policy = test_policy();
    policy.job_expiry = 1h;
    Pool pool{policy};
    pool.add_model(model_named("emoji"));
    const AccountId alice = pool.add_account("alice", 100);
    const JobId id = pool.submit_one(alice);
    pool.pass(59min);
    CHECK(pool.job(id).state == job::State::queued);
    pool.pass(2min);
    CHECK(pool.job(id).state == job::State::failed);
    CHECK(pool.job(id).failure == "no worker rendered it in time");
    CHECK(pool.balance(ledger::held_of(alice)) == Credits{0});
}

TEST_CASE("a running job that expires is cancelled at its worker") {
    core::Policy policy = test_policy();
    policy.job_expiry = 60s;
    Pool pool{policy};
    pool.add_model(model_named("emoji"));
    Worker worker{pool, 1, kEmoji};
    worker.connect();
    const JobId id = pool.submit_one(pool.add_account("alice"));
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    pool.pass(61s);
    CHECK(pool.job(id).state == job::State::failed);
    CHECK(worker.heard<core::Desired>().cancel == std::vector{offer.lease});
}

TEST_CASE("a delay does not outlive a wall clock that is set back") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    worker.fail(offer.lease, ErrorCode::internal);
    worker.snapshot();
    scene.pool.set_wall_back(1h);
    scene.pool.pass(5s);
    CHECK(worker.heard<core::OfferJob>().lease == core::LeaseToken{id, 2});
}

TEST_CASE("accounts take turns, whatever the length of their queues") {
    Scene scene;
    const AccountId bob = scene.pool.add_account("bob");
    for (int i = 0; i < 4; ++i) scene.pool.submit_one(scene.alice);
    for (int i = 0; i < 2; ++i) scene.pool.submit_one(bob);
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    std::string served;
    for (int i = 0; i < 6; ++i) {
        const auto offer = worker.heard<core::OfferJob>();
        served += scene.pool.job(offer.lease.job).account == bob ? 'b' : 'a';
        worker.accept(offer);
        worker.finish(offer);
        worker.snapshot();
    }
    CHECK((served == "abab"
                     "aa" ||
           served == "baba"
                     "aa"));
}

}  // namespace
}  // namespace gotong::test
