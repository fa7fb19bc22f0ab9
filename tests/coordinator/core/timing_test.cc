// When a job may start, how long it waits, which goes first, and how many an account may have.
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
    job::Submission submission() const {
        job::Submission submission;
        submission.account = alice;
        submission.spec.prompt = "a red apple";
        return submission;
    }
    JobId submit(const job::Submission& submission) {
        return pool.submit(submission).value().jobs.front().id;
    }
    core::JobView view(JobId id) { return pool.core().view(pool.job(id), pool.now()); }
};

TEST_CASE("a scheduled job is offered to nobody before its time, also after a restart") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    job::Submission later = scene.submission();
    later.start_in = 3h;
    const JobId id = scene.submit(later);
    CHECK(!worker.hears<core::OfferJob>());
    CHECK(scene.view(id).starts_in == 3h);
    scene.pool.restart();
    scene.pool.pass(3h - 1s);
    worker.connect();
    CHECK(!worker.hears<core::OfferJob>());
    scene.pool.pass(2s);
    CHECK(worker.heard<core::OfferJob>().lease == core::LeaseToken{id, 1});
}

TEST_CASE("a job's time to wait counts from its start, and what is said is kept to") {
    Scene scene;
    job::Submission later = scene.submission();
    later.start_in = 3h;
    later.expires_in = 2h;
    const JobId id = scene.submit(later);
    scene.pool.pass(5h - 1min);
    CHECK(scene.pool.job(id).state == job::State::queued);
    CHECK(scene.view(id).expires_in == 1min);
    scene.pool.pass(2min);
    CHECK(scene.pool.job(id).state == job::State::failed);
    CHECK(scene.pool.balance(ledger::held_of(scene.alice)) == Credits{0});
}

TEST_CASE("a job may not wait for longer than the pool lets it") {
    Scene scene;
    job::Submission patient = scene.submission();
    patient.expires_in = 25h;
    const auto refused = scene.pool.submit(patient);
    REQUIRE(!refused);
    CHECK(refused.error().field == "expires_in");
    CHECK(refused.error().message.find("the nearest is 24 h") != std::string::npos);
}

TEST_CASE("an account's urgent job goes before its others, and before nobody else's") {
    Scene scene;
    const AccountId bob = scene.pool.add_account("bob", 100);
    const JobId ordinary = scene.submit(scene.submission());
    job::Submission urgent = scene.submission();
    urgent.priority = 10;
    const JobId first = scene.submit(urgent);
    const JobId others = scene.pool.submit_one(bob);
    std::vector<JobId> served;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    for (int i = 0; i < 3; ++i) {
        const auto offer = worker.heard<core::OfferJob>();
        served.push_back(offer.lease.job);
        worker.accept(offer);
        worker.finish(offer);
        worker.snapshot();
    }
    std::erase(served, others);
    CHECK(served == std::vector{first, ordinary});
}

TEST_CASE("priority is kept through a restart") {
    Scene scene;
    scene.submit(scene.submission());
    job::Submission urgent = scene.submission();
    urgent.priority = 10;
    const JobId first = scene.submit(urgent);
    scene.pool.restart();
    CHECK(scene.view(first).queue_position == 1);
}

TEST_CASE("an operator gives an account a limit of its own, and takes it back") {
    Scene scene;
    const auto set = [&](std::uint32_t most) {
        return scene.pool.ask(
            core::SetAccount{.reply = 0, .name = "alice", .weight = {}, .max_open_jobs = most});
    };
    REQUIRE(set(1));
    scene.submit(scene.submission());
    const auto refused = scene.pool.submit(scene.submission());
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::resource_exhausted);
    scene.pool.restart();
    CHECK(!scene.pool.submit(scene.submission()));
    REQUIRE(set(0));
    CHECK(scene.pool.submit(scene.submission()));
}

TEST_CASE("an account with three times the weight is served three times as much") {
    Scene scene;
    const AccountId bob = scene.pool.add_account("bob", 100);
    REQUIRE(scene.pool.ask(
        core::SetAccount{.reply = 0, .name = "bob", .weight = 3, .max_open_jobs = {}}));
    for (int i = 0; i < 30; ++i) {
        scene.submit(scene.submission());
        scene.pool.submit_one(bob);
    }
    scene.pool.restart();  // Weights are the store's.
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    int bobs = 0;
    for (int i = 0; i < 24; ++i) {
        const auto offer = worker.heard<core::OfferJob>();
        bobs += scene.pool.job(offer.lease.job).account == bob ? 1 : 0;
        worker.accept(offer);
        worker.finish(offer);
        worker.snapshot();
    }
    CHECK(bobs >= 17);
    CHECK(bobs <= 19);
}

TEST_CASE("a weight beyond the bounds and an account that is not there are refused") {
    Scene scene;
    const auto code = [&](const std::string& name, std::uint32_t weight) {
        return scene.pool
            .ask(core::SetAccount{.reply = 0, .name = name, .weight = weight, .max_open_jobs = {}})
            .error()
            .code;
    };
    CHECK(code("alice", 0) == ErrorCode::invalid_argument);
    CHECK(code("alice", 101) == ErrorCode::invalid_argument);
    CHECK(code("nobody", 1) == ErrorCode::not_found);
}

}  // namespace
}  // namespace gotong::test
