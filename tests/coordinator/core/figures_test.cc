// What is counted for the metrics: each thing that happens, once, under the name of what it was.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

const std::vector<core::OfferedModel> kEmoji{{"emoji", model_named("emoji").digest}};

struct Scene {
    Pool pool;
    AccountId alice;

    Scene() {
        pool.add_model(model_named("emoji"));
        alice = pool.add_account("alice");
    }
    core::Figures figures() { return pool.core().figures(pool.now()); }
    core::Counters since_start() { return figures().since_start; }
    std::uint64_t ended(std::string_view outcome) {
        const auto found = std::ranges::find(core::kOutcomes, outcome);
        return since_start().attempts.at(static_cast<std::size_t>(found - core::kOutcomes.begin()));
    }
};

std::uint64_t count_of(const observe::Histogram& histogram) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) count += histogram.count_in(i);
    return count;
}

TEST_CASE("an accepted job counts its wait and its rendering, once each") {
    Scene scene;
    scene.pool.submit_one(scene.alice);
    scene.pool.pass(3s);
    CHECK(scene.figures().jobs_queued == 1);
    CHECK(scene.figures().oldest_wait == 3s);
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    CHECK(scene.figures().jobs_running == 1);
    scene.pool.pass(2s);
    worker.finish(offer);

    const core::Counters counters = scene.since_start();
    CHECK(counters.submitted == 1);
    CHECK(counters.done == 1);
    CHECK(scene.ended("accepted") == 1);
    CHECK(count_of(counters.until_offered) == 1);
    CHECK(counters.until_offered.sum() == 3.0);
    CHECK(count_of(counters.until_accepted) == 1);
    CHECK(counters.until_accepted.sum() == 2.0);
}

TEST_CASE("a job that expires is counted among the failed, a cancelled one is not") {
    Scene scene;
    scene.pool.submit_one(scene.alice);
    const JobId cancelled = scene.pool.submit_one(scene.alice);
    REQUIRE(scene.pool.ask(core::CancelJob{.account = scene.alice, .job = cancelled}));
    scene.pool.pass(core::Policy{}.job_expiry + 1min);
    const core::Counters counters = scene.since_start();
    CHECK(counters.failed == 1);
    CHECK(counters.expired == 1);
    CHECK(counters.cancelled == 1);
}

TEST_CASE("sessions are told apart by how they begin and end") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    worker.drop();
    CHECK(scene.figures().workers.away == 1);
    worker.connect();
    CHECK(scene.since_start().sessions_opened == 1);
    CHECK(scene.since_start().sessions_resumed == 1);
    worker.resume_token.clear();
    worker.connect();
    CHECK(scene.since_start().sessions_superseded == 1);
    CHECK(scene.since_start().sessions_opened == 2);
    worker.drop();
    scene.pool.pass(2 * core::Policy{}.session_ttl);
    CHECK(scene.since_start().sessions_expired == 1);
    CHECK(scene.figures().workers.offline == 1);
}

TEST_CASE("each connected worker is idle, busy or draining, and lends its free slots") {
    Scene scene;
    Worker idle{scene.pool, 1, kEmoji};
    Worker leaving{scene.pool, 2, kEmoji};
    idle.connect();
    leaving.draining = true;
    leaving.connect();
    core::Figures figures = scene.figures();
    CHECK(figures.workers.idle == 1);
    CHECK(figures.workers.draining == 1);
    CHECK(figures.slots == 2);
    CHECK(figures.free_slots == 1);

    scene.pool.submit_one(scene.alice);
    idle.accept(idle.heard<core::OfferJob>());
    figures = scene.figures();
    CHECK(figures.workers.idle == 0);
    CHECK(figures.workers.busy == 1);
    CHECK(figures.free_slots == 0);
}

}  // namespace
}  // namespace gotong::test
