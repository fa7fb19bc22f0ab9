// Submitting and cancelling: what is queued, what is held, and what a retry gets.
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "coordinator/ledger/ledger.h"
#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

struct Scene {
    Pool pool;
    AccountId alice;

    Scene() {
        pool.add_model(model_named("emoji"));
        alice = pool.add_account("alice", 100);
    }

    job::Submission asking_for(const std::string& prompt, std::uint32_t count = 1) const {
        job::Submission submission;
        submission.account = alice;
        submission.spec.prompt = prompt;
        submission.count = count;
        return submission;
    }
    Credits available() { return pool.balance(ledger::available_of(alice)); }
    Credits held() { return pool.balance(ledger::held_of(alice)); }
};

TEST_CASE("a submission is queued, stored and its price held before the answer") {
    Scene scene;
    const auto submitted = scene.pool.submit(scene.asking_for("a red apple", 3)).value();
    REQUIRE(submitted.jobs.size() == 3);
    CHECK(submitted.already_submitted == false);
    CHECK(scene.held() == submitted.price);
    CHECK(scene.available() == Credits{100 * kCredit} - submitted.price);
    for (const job::Job& job : submitted.jobs) {
        CHECK(scene.pool.job(job.id).state == job::State::queued);
        CHECK(job.spec.prompt == "a red apple");
    }
}

TEST_CASE("jobs and requests that were submitted later have larger ids") {
    Scene scene;
    const auto first = scene.pool.submit(scene.asking_for("a red apple")).value();
    scene.pool.pass(100ms);
    const auto second = scene.pool.submit(scene.asking_for("a red apple")).value();
    CHECK(first.request < second.request);
    CHECK(first.jobs.front().id < second.jobs.front().id);
}

TEST_CASE("the pictures of a request take consecutive seeds of which the first has 32 bits") {
    Scene scene;
    const auto jobs = scene.pool.submit(scene.asking_for("a red apple", 3)).value().jobs;
    CHECK(jobs[0].spec.seed < (1ULL << 32U));
    CHECK(jobs[1].spec.seed == jobs[0].spec.seed + 1);
    CHECK(jobs[2].spec.seed == jobs[0].spec.seed + 2);
}

TEST_CASE("the same idempotency key and request answer with the same jobs and hold nothing more") {
    Scene scene;
    auto submission = scene.asking_for("a red apple", 2);
    submission.idempotency_key = "order 7";
    const auto first = scene.pool.submit(submission).value();
    const Credits held = scene.held();
    scene.pool.restart();
    const auto second = scene.pool.submit(submission).value();
    CHECK(second.already_submitted);
    CHECK(second.request == first.request);
    CHECK(second.price == first.price);
    REQUIRE(second.jobs.size() == 2);
    CHECK(second.jobs[0].id == first.jobs[0].id);
    CHECK(second.jobs[1].id == first.jobs[1].id);
    CHECK(scene.held() == held);
}

TEST_CASE("a retry is answered even when the model has left the catalogue") {
    Scene scene;
    auto submission = scene.asking_for("a red apple");
    submission.idempotency_key = "order 7";
    const auto first = scene.pool.submit(submission).value();
    REQUIRE(scene.pool.ask(core::RemoveModel{.reply = 0, .name = "emoji"}).has_value());
    CHECK(scene.pool.submit(submission).value().request == first.request);
}

TEST_CASE("the same idempotency key with another request is refused") {
    Scene scene;
    auto submission = scene.asking_for("a red apple");
    submission.idempotency_key = "order 7";
    REQUIRE(scene.pool.submit(submission).has_value());
    submission.spec.prompt = "a green apple";
    const auto second = scene.pool.submit(submission);
    REQUIRE(!second);
    CHECK(second.error().code == ErrorCode::already_exists);
    CHECK(second.error().field == "idempotency_key");
}

TEST_CASE("two accounts may use the same idempotency key") {
    Scene scene;
    auto submission = scene.asking_for("a red apple");
    submission.idempotency_key = "order 7";
    const auto first = scene.pool.submit(submission).value();
    submission.account = scene.pool.add_account("bob");
    const auto second = scene.pool.submit(submission).value();
    CHECK(second.already_submitted == false);
    CHECK(second.request != first.request);
}

TEST_CASE("what an account cannot pay is refused with the count that it could") {
    Scene scene;
    scene.alice = scene.pool.add_account("poor", 3);  // A default picture costs 1.25 credits.
    const auto refused = scene.pool.submit(scene.asking_for("a red apple", 3));
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::resource_exhausted);
    CHECK(refused.error().message ==
          "this costs 3.75 credits and your account has 3 credits; that pays for count 2");
    CHECK(scene.held() == Credits{0});
    CHECK(scene.pool.core().pool().jobs_queued == 0);
}

TEST_CASE("an account's open jobs are limited, and ended ones do not count") {
    core::Policy policy = test_policy();
    policy.max_open_jobs_per_account = 2;
    Pool pool{policy};
    pool.add_model(model_named("emoji"));
    const AccountId alice = pool.add_account("alice");
    const JobId first = pool.submit_one(alice);
    pool.submit_one(alice);
    job::Submission third;
    third.account = alice;
    const auto refused = pool.submit(third);
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::resource_exhausted);
    REQUIRE(pool.ask(core::CancelJob{.reply = 0, .account = alice, .job = first}).has_value());
    CHECK(pool.submit(third).has_value());
}

TEST_CASE("a queued job that is cancelled ends at once and its credits come back") {
    Scene scene;
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto answer =
        scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = id});
    CHECK(std::get<job::Job>(answer.value()).state == job::State::cancelled);
    CHECK(scene.pool.job(id).state == job::State::cancelled);
    CHECK(scene.available() == Credits{100 * kCredit});
    CHECK(scene.held() == Credits{0});
    CHECK(scene.pool.core().pool().jobs_queued == 0);
}

TEST_CASE("a running job that is cancelled ends at once and its worker is told to stop") {
    Scene scene;
    Worker worker{scene.pool, 1, {{"emoji", model_named("emoji").digest}}};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    REQUIRE(scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = id}));
    CHECK(scene.pool.job(id).state == job::State::cancelled);
    CHECK(scene.pool.outcome_of(id, 1) == "cancelled");
    CHECK(scene.available() == Credits{100 * kCredit});
    const auto desired = worker.heard<core::Desired>();
    CHECK(desired.cancel == std::vector{offer.lease});
    CHECK(desired.keep.empty());
}

TEST_CASE("a worker gets no offer while it is stopping a cancelled job") {
    Scene scene;
    Worker worker{scene.pool, 1, {{"emoji", model_named("emoji").digest}}};
    worker.connect();
    const JobId first = scene.pool.submit_one(scene.alice);
    scene.pool.submit_one(scene.alice);
    worker.accept(worker.heard<core::OfferJob>());
    REQUIRE(scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = first}));
    CHECK(!worker.hears<core::OfferJob>());  // Reads the cancellation, too.
    worker.snapshot();
    CHECK(worker.hears<core::OfferJob>());
}

TEST_CASE("cancelling what has ended changes nothing and answers with the job") {
    Scene scene;
    Worker worker{scene.pool, 1, {{"emoji", model_named("emoji").digest}}};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    worker.finish(offer);
    const auto answer =
        scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = id});
    CHECK(std::get<job::Job>(answer.value()).state == job::State::done);
}

TEST_CASE("nobody can cancel, or learn of, another account's job") {
    Scene scene;
    const JobId id = scene.pool.submit_one(scene.alice);
    const AccountId mallory = scene.pool.add_account("mallory");
    const auto answer = scene.pool.ask(core::CancelJob{.reply = 0, .account = mallory, .job = id});
    REQUIRE(!answer);
    CHECK(answer.error().code == ErrorCode::not_found);
    CHECK(scene.pool.job(id).state == job::State::queued);
}

TEST_CASE("a queued job knows its place, a running one its step and the time that is left") {
    Scene scene;
    const JobId first = scene.pool.submit_one(scene.alice);
    const JobId second = scene.pool.submit_one(scene.alice);
    const auto view = [&](JobId id) {
        return scene.pool.core().view(scene.pool.job(id), scene.pool.now());
    };
    CHECK(view(first).queue_position == 1);
    CHECK(view(second).queue_position == 2);

    Worker worker{scene.pool, 1, {{"emoji", model_named("emoji").digest}}};
    worker.connect();
    const auto offer = worker.heard<core::OfferJob>();
    REQUIRE(offer.lease.job == first);
    worker.accept(offer);
    worker.progress(offer.lease, 10);
    CHECK(view(first).step == 10);
    CHECK(view(second).queue_position == 1);
    scene.pool.pass(10s);
    CHECK(view(first).age == 10s);
    CHECK(view(second).expires_in == 24h - 10s);
}

TEST_CASE("the time that is left lies between the quickest and the slowest that was measured") {
    Scene scene;
    const JobId first = scene.pool.submit_one(scene.alice);
    const JobId second = scene.pool.submit_one(scene.alice);
    const auto eta = [&](JobId id) {
        return scene.pool.core().view(scene.pool.job(id), scene.pool.now()).eta;
    };
    Worker worker{scene.pool, 1, {{"emoji", model_named("emoji").digest}}};
    worker.connect();
    auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    for (const std::uint32_t step : {5U, 10U, 25U}) {
        worker.progress(offer.lease, step);
        CHECK(eta(first) == std::nullopt);  // How long a picture takes after its last step?
        scene.pool.pass(3s);
    }
    worker.finish(offer);
    worker.snapshot();

    offer = worker.heard<core::OfferJob>();
    REQUIRE(offer.lease.job == second);
    worker.accept(offer);
    worker.progress(offer.lease, 5);
    CHECK(eta(second) == std::nullopt);  // How long does a step take?
    scene.pool.pass(10s);
    worker.progress(offer.lease, 10);  // 2 s a step.
    scene.pool.pass(5s);
    worker.progress(offer.lease, 15);  // 1 s a step.
    // 10 steps to go, and 3 s from the last of them.
    CHECK(eta(second) == core::Eta{13s, 23s});
    scene.pool.pass(4s);  // Slower than any step before.
    CHECK(eta(second) == core::Eta{9s, 39s});
}

}  // namespace
}  // namespace gotong::test
