// What makes a worker the one, and what breaks a tie. Snapshots are written out in full, so that
// each test reads on its own.
#include "coordinator/schedule/choose_worker.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "tests/coordinator/schedule/ids.h"

namespace gotong::schedule {
namespace {

using namespace std::chrono_literals;

const JobNeeds kJob{.price = {1'000'000}, .avoid = {}};

Candidate worker(std::uint8_t n, double ns_per_micro, bool is_resident = true) {
    return {.id = worker_id(n),
            .is_free = true,
            .swap = is_resident ? 0s : 10s,
            .ns_per_micro = ns_per_micro,
            .last_given = 0};
}

WorkerId chosen(const JobNeeds& job, std::span<const Candidate> online) {
    return choose_worker(job, online).value().worker;
}

TEST_CASE("a job goes to the worker that will finish it first") {
    CHECK(chosen(kJob, std::array{worker(1, 9'000), worker(2, 4'000)}) == worker_id(2));
}

TEST_CASE("a worker with the model loaded beats a faster one that must load it") {
    const std::array online{worker(1, 9'000, true), worker(2, 1'000, false)};
    CHECK(chosen(kJob, online) == worker_id(1));                // 9 s against 10 + 1 s.
    CHECK(chosen({{10'000'000}, {}}, online) == worker_id(2));  // 90 s against 10 + 10 s.
}

TEST_CASE("a worker that was never measured is tried") {
    Candidate newcomer = worker(2, 0);
    newcomer.ns_per_micro.reset();
    CHECK(chosen(kJob, std::array{worker(1, 1'000), newcomer}) == worker_id(2));
}

TEST_CASE("of equals the one that waited longest is taken, then the lowest id") {
    Candidate recent = worker(1, 1'000);
    recent.last_given = 8;
    Candidate waiting = worker(2, 1'000);
    waiting.last_given = 7;
    CHECK(chosen(kJob, std::array{recent, waiting}) == worker_id(2));
    waiting.last_given = 8;
    CHECK(chosen(kJob, std::array{waiting, recent}) == worker_id(1));
}

TEST_CASE("an idle worker that is ready beats company, and company beats a cold start") {
    Candidate busy = worker(1, 4'000);
    busy.beside = 2;
    CHECK(chosen(kJob, std::array{busy, worker(2, 9'000)}) == worker_id(2));   // 12 s against 9.
    CHECK(chosen(kJob, std::array{busy, worker(2, 11'000)}) == worker_id(2));  // 12 s against 11.
    CHECK(chosen(kJob, std::array{busy, worker(2, 13'000)}) == worker_id(1));  // 12 s against 13.
    CHECK(chosen(kJob, std::array{busy, worker(2, 4'000, false)}) == worker_id(1));  // 10 + 4 s.
}

TEST_CASE("of equals the one with least company is taken") {
    Candidate busy = worker(1, 0);
    busy.beside = 1;
    CHECK(chosen(kJob, std::array{busy, worker(2, 0)}) == worker_id(2));
}

TEST_CASE("nobody is chosen when nobody is free") {
    Candidate busy = worker(1, 1'000);
    busy.is_free = false;
    CHECK(choose_worker(kJob, std::array{busy}) == std::nullopt);
    CHECK(choose_worker(kJob, {}) == std::nullopt);
}

TEST_CASE("a worker that failed the job is avoided while another is online, free or not") {
    const JobNeeds retry{.price = {1'000'000}, .avoid = {worker_id(1)}};
    Candidate other = worker(2, 90'000);
    CHECK(chosen(retry, std::array{worker(1, 1'000), other}) == worker_id(2));
    other.is_free = false;
    CHECK(choose_worker(retry, std::array{worker(1, 1'000), other}) == std::nullopt);
    CHECK(chosen(retry, std::array{worker(1, 1'000)}) == worker_id(1));
}

TEST_CASE("the reason says what the choice was made on") {
    Candidate newcomer = worker(1, 0, false);
    newcomer.ns_per_micro.reset();
    CHECK(choose_worker(kJob, std::array{newcomer})->reason ==
          "first of 1 free: on disk here, +10 s, speed unknown");
}

TEST_CASE("the reason says what put the first before the second") {
    const auto reason = [](const Candidate& first, const Candidate& second) {
        return choose_worker(kJob, std::array{first, second})->reason;
    };
    CHECK(reason(worker(1, 9'000), worker(2, 4'000)) ==
          "first of 2 free: resident here, 4.0 s; resident there, 9.0 s");
    CHECK(reason(worker(1, 2'100), worker(2, 500, false)) ==
          "first of 2 free: resident here, 2.1 s; on disk there, +10 s, 0.5 s");
    Candidate newcomer = worker(2, 0);
    newcomer.ns_per_micro.reset();
    CHECK(reason(worker(1, 9'000), newcomer) ==
          "first of 2 free: resident here, speed unknown; resident there, 9.0 s");
    Candidate recent = worker(1, 1'000);
    recent.last_given = 8;
    CHECK(reason(recent, worker(2, 1'000)) ==
          "first of 2 free: resident here, 1.0 s; of equals the one that has waited longest");
}

TEST_CASE("a busy worker with the model loaded is named when it would be sooner than a load") {
    Candidate busy = worker(1, 2'000);
    busy.is_free = false;
    busy.free_in = 3s;
    const auto sooner = [&](const Candidate& free) {
        return choose_worker(kJob, std::array{busy, free})->sooner.has_value();
    };
    CHECK(sooner(worker(2, 1'000, false)));        // 3 + 2 s against 10 + 1 s.
    CHECK_FALSE(sooner(worker(2, 90'000, true)));  // Nothing to load: no reason to leave it idle.
    busy.free_in = 9s + 1ms;
    CHECK_FALSE(sooner(worker(2, 1'000, false)));
    busy.free_in = std::nullopt;  // Nobody knows.
    CHECK_FALSE(sooner(worker(2, 1'000, false)));
}

TEST_CASE("a slow worker has its turn when enough jobs have gone past it") {
    Candidate slow = worker(1, 900'000, false);
    slow.missed = 2 * kTurnAfter - 1;
    CHECK(chosen(kJob, std::array{slow, worker(2, 1'000)}) == worker_id(2));
    slow.missed = 2 * kTurnAfter;
    const Choice choice = choose_worker(kJob, std::array{slow, worker(2, 1'000)}).value();
    CHECK(choice.worker == worker_id(1));
    CHECK(choice.reason ==
          "first of 2 free: its turn, since 32 jobs went to others; on disk here, +10 s, 15 min");
}

TEST_CASE("a choice names the best of those that were free, in order, and counts the rest") {
    std::vector<Candidate> online;
    for (std::uint8_t n = 1; n <= 20; ++n) online.push_back(worker(n, 1'000.0 * (21 - n)));
    online.push_back(worker(21, 1));
    online.back().is_free = false;
    const Choice choice = choose_worker(kJob, online).value();
    CHECK(choice.free == 20);
    REQUIRE(choice.best.size() == kMostRanked);
    for (std::uint8_t i = 0; i < kMostRanked; ++i) {
        CHECK(choice.best[i].worker == worker_id(static_cast<std::uint8_t>(20 - i)));
        CHECK(choice.best[i].expected == std::chrono::seconds{i + 1});
    }
}

}  // namespace
}  // namespace gotong::schedule
