// What the pool lets go of by its operator's policy, when, and what stays.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "coordinator/ledger/ledger.h"
#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

constexpr std::chrono::hours kDay{24};

core::Policy letting_go(std::chrono::milliseconds pictures, std::chrono::milliseconds jobs) {
    core::Policy policy = test_policy();
    policy.keep_pictures = pictures;
    policy.keep_jobs = jobs;
    return policy;
}

struct Scene {
    Pool pool;
    AccountId alice;
    Worker worker;

    explicit Scene(const core::Policy& policy) : pool(policy), worker(started()) {
        worker.connect();
        alice = pool.add_account("alice", 1'000);
    }

    // Its picture is accepted now.
    JobId render() {
        const JobId job = pool.submit_one(alice);
        const auto offer = worker.heard<core::OfferJob>();
        worker.accept(offer);
        worker.finish(offer);
        worker.snapshot();
        return job;
    }

    // The two jobs have the same picture, as equal ones have.
    void make_equal(JobId one, JobId other) {
        const auto t = pool.read();
        job::Job changed = *t->find_job(other);
        changed.picture = t->find_job(one)->picture;
        t->update(changed);
        REQUIRE(t->commit());
    }

    // A sound result with that picture.
    void send_alike(const core::OfferJob& offer, const Digest& blob) {
        receipt::RenderStatement statement = statement_for(pool, offer, worker.key());
        statement.output.sha256 = blob;
        const std::string payload = "statement of " + offer.lease.job.to_hex();
        pool.step(
            core::ResultVerified{.stream = worker.stream(),
                                 .lease = offer.lease,
                                 .envelope = receipt::sign_envelope("test", payload, worker.key()),
                                 .statement = statement,
                                 .statement_sha256 = digest_of(payload),
                                 .blob_sha256 = blob,
                                 .blob_size = 1'000,
                                 .verdict = {}});
    }

    void removed(const Digest& blob) { pool.step(core::BlobRemoved{blob}); }

    bool hears_that_it_is_stored(const core::OfferJob& offer, const Digest& blob, bool found) {
        pool.step(core::UploadAsked{.stream = worker.stream(),
                                    .lease = offer.lease,
                                    .sha256 = blob,
                                    .size = 5,
                                    .stored = found});
        return worker.heard<core::GrantUpload>().stored;
    }

  private:
    Worker started() {
        pool.add_model(model_named("emoji"));
        return Worker{pool, 1, {{"emoji", model_named("emoji").digest}}};
    }
};

TEST_CASE("without a policy pictures and prompts are kept for ever") {
    Scene scene(test_policy());
    const JobId job = scene.render();
    scene.pool.pass(kDay * 3'650);
    CHECK_FALSE(scene.pool.job(job).picture_removed);
    CHECK_FALSE(scene.pool.job(job).body_removed);
    CHECK(scene.pool.removed_blobs().empty());
}

TEST_CASE("a picture goes when its time is over, and its receipt and its credits stay") {
    Scene scene(letting_go(kDay * 30, core::kForEver));
    const JobId job = scene.render();
    const job::Job before = scene.pool.job(job);
    scene.pool.pass(kDay * 29);
    CHECK_FALSE(scene.pool.job(job).picture_removed);
    scene.pool.pass(kDay);
    const job::Job after = scene.pool.job(job);
    REQUIRE(after.picture_removed);
    CHECK(*after.picture_removed - *before.ended < kDay * 31);
    CHECK(after.state == job::State::done);
    CHECK(after.picture.bundle == before.picture.bundle);
    CHECK(after.spec.prompt == before.spec.prompt);
    CHECK(scene.pool.balance(ledger::earned_by(scene.worker.id())) == before.price);
    REQUIRE_FALSE(scene.pool.removed_blobs().empty());
    CHECK(scene.pool.removed_blobs().front() == before.picture.sha256);
}

TEST_CASE("prompts go when their time is over, of jobs that ended in any way, and of no other") {
    core::Policy policy = letting_go(core::kForEver, kDay);
    policy.job_expiry = kDay * 365;
    Scene scene(policy);
    const JobId done = scene.render();
    scene.worker.drop();
    const JobId cancelled = scene.pool.submit_one(scene.alice);
    (void)scene.pool.ask(core::CancelJob{.account = scene.alice, .job = cancelled}).value();
    const JobId open = scene.pool.submit_one(scene.alice);
    scene.pool.pass(kDay * 2);
    for (const JobId& job : {done, cancelled}) {
        CHECK(scene.pool.job(job).body_removed);
        CHECK(scene.pool.job(job).spec.prompt.empty());
        CHECK(scene.pool.job(job).prompt_salt.empty());
    }
    CHECK_FALSE(scene.pool.job(done).picture_removed);
    CHECK(scene.pool.job(open).spec.prompt == "a red apple");
}

TEST_CASE("a failed job whose prompt is gone cannot be queued again, and one that can ends anew") {
    Scene scene(letting_go(core::kForEver, kDay * 3));
    scene.worker.drop();
    const JobId old = scene.pool.submit_one(scene.alice);
    scene.pool.pass(kDay * 3);
    const JobId young = scene.pool.submit_one(scene.alice);
    scene.pool.pass(kDay + 1h);
    REQUIRE(scene.pool.job(old).body_removed);
    const auto refused = scene.pool.ask(core::RequeueJob{.job = old});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::failed_precondition);
    CHECK(refused.error().message.find("removed its prompt") != std::string::npos);
    REQUIRE(scene.pool.job(young).ended);
    REQUIRE(scene.pool.ask(core::RequeueJob{.job = young}));
    CHECK_FALSE(scene.pool.job(young).ended);
}

TEST_CASE("a picture that another job has, too, stays until that one's time is over") {
    Scene scene(letting_go(kDay * 10, core::kForEver));
    const JobId first = scene.render();
    scene.pool.pass(kDay * 5);
    scene.worker.restart();
    const JobId second = scene.render();
    scene.make_equal(first, second);
    scene.pool.pass(kDay * 6);
    CHECK(scene.pool.job(first).picture_removed);
    CHECK_FALSE(scene.pool.job(second).picture_removed);
    CHECK(scene.pool.removed_blobs().empty());
    scene.pool.pass(kDay * 5);
    CHECK(scene.pool.job(second).picture_removed);
    CHECK_FALSE(scene.pool.removed_blobs().empty());
}

TEST_CASE("many old jobs are let go of a little at a time") {
    Scene scene(letting_go(kDay, kDay));
    constexpr std::size_t kJobs = 100;
    std::vector<JobId> jobs;
    for (std::size_t n = 0; n < kJobs; ++n) jobs.push_back(scene.render());
    const auto gone = [&] {
        return std::ranges::count_if(jobs, [&](const JobId& job) {
            return scene.pool.job(job).picture_removed.has_value();
        });
    };
    std::ptrdiff_t before = 0;
    // A day goes by in which the coordinator does not run; then one tick after the other.
    scene.pool.sleep(kDay * 2);
    for (int ticks = 0; ticks < 5; ++ticks) {
        scene.pool.step(core::Tick{});
        CHECK(gone() - before <= 32);
        before = gone();
    }
    CHECK(before == static_cast<std::ptrdiff_t>(kJobs));
}

TEST_CASE(
    "whatever moment the coordinator dies at, the file's removal is asked for until it is done") {
    Scene scene(letting_go(kDay, core::kForEver));
    const Digest blob = scene.pool.job(scene.render()).picture.sha256;
    scene.pool.sleep(kDay * 2);
    scene.pool.die_during(core::Tick{});  // Nothing of it is durable, and nothing was said.
    CHECK(scene.pool.removed_blobs().empty());
    scene.pool.step(core::Tick{});
    CHECK(scene.pool.removed_blobs() == std::vector{blob});
    scene.pool.restart();  // Before the file was removed, or before that was noted.
    scene.pool.step(core::Tick{});
    CHECK(scene.pool.removed_blobs().size() == 2);
    scene.removed(blob);
    scene.pool.restart();
    scene.pool.step(core::Tick{});
    CHECK(scene.pool.removed_blobs().size() == 2);
}

TEST_CASE("a picture that is on its way out is uploaded again by who renders the same, and stays") {
    Scene scene(letting_go(kDay, core::kForEver));
    const Digest blob = scene.pool.job(scene.render()).picture.sha256;
    scene.pool.sleep(kDay * 2);
    scene.pool.step(core::Tick{});
    CHECK(scene.pool.read()->is_doomed(blob));
    scene.worker.restart();
    scene.pool.submit_one(scene.alice);
    const auto offer = scene.worker.heard<core::OfferJob>();
    scene.worker.accept(offer);
    CHECK_FALSE(scene.hears_that_it_is_stored(offer, blob, true));
    CHECK_FALSE(scene.pool.read()->is_doomed(blob));
}

TEST_CASE("the file was found and is gone by the time that the worker's question arrives") {
    Scene scene(letting_go(kDay, core::kForEver));
    const Digest blob = scene.pool.job(scene.render()).picture.sha256;
    scene.pool.sleep(kDay * 2);
    scene.pool.step(core::Tick{});
    scene.worker.restart();
    scene.pool.submit_one(scene.alice);
    const auto offer = scene.worker.heard<core::OfferJob>();
    scene.worker.accept(offer);
    scene.removed(blob);
    CHECK_FALSE(scene.hears_that_it_is_stored(offer, blob, true));
}

TEST_CASE("a picture that is on its way out stays when a result has it that nobody announced") {
    Scene scene(letting_go(kDay, core::kForEver));
    const Digest blob = scene.pool.job(scene.render()).picture.sha256;
    scene.pool.sleep(kDay * 2);
    scene.pool.step(core::Tick{});
    REQUIRE(scene.pool.read()->is_doomed(blob));
    scene.worker.restart();
    const JobId job = scene.pool.submit_one(scene.alice);
    const auto offer = scene.worker.heard<core::OfferJob>();
    scene.worker.accept(offer);
    SECTION("in time") {
        scene.send_alike(offer, blob);
        CHECK(scene.worker.heard<core::AckResult>().verdict == core::Verdict::accepted);
        CHECK_FALSE(scene.pool.read()->is_doomed(blob));
        CHECK(scene.pool.job(job).picture.sha256 == blob);
    }
    SECTION("a moment too late, it is sent again") {
        scene.removed(blob);
        scene.send_alike(offer, blob);
        CHECK_FALSE(scene.worker.hears<core::AckResult>());
        CHECK(scene.pool.job(job).state == job::State::running);
        CHECK_FALSE(scene.hears_that_it_is_stored(offer, blob, false));
        scene.send_alike(offer, blob);
        CHECK(scene.worker.heard<core::AckResult>().verdict == core::Verdict::accepted);
    }
}

TEST_CASE("a picture that a worker was told need not be uploaded stays until its result is in") {
    Scene scene(letting_go(kDay, core::kForEver));
    const JobId job = scene.render();
    const Digest blob = scene.pool.job(job).picture.sha256;
    scene.pool.sleep(kDay - 1min);
    scene.worker.restart();
    scene.pool.submit_one(scene.alice);
    const auto offer = scene.worker.heard<core::OfferJob>();
    scene.worker.accept(offer);
    CHECK(scene.hears_that_it_is_stored(offer, blob, true));
    scene.pool.pass(5min);
    CHECK_FALSE(scene.pool.job(job).picture_removed);
    scene.pool.pass(15min);
    CHECK(scene.pool.job(job).picture_removed);
}

}  // namespace
}  // namespace gotong::test
