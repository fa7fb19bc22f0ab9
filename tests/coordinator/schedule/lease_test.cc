// The two limits of a lease, and what counts as progress.
#include "coordinator/schedule/lease.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/coordinator/schedule/ids.h"

namespace gotong::schedule {
namespace {

constexpr LeaseLimits kLimits{.accept_within = 5s, .progress_timeout = 60s};
const Monotonic kStart = Monotonic{} + 100h;

Lease lease(std::uint8_t job, std::uint8_t worker, bool is_accepted = false) {
    return {.token = {job_id(job), 1},
            .worker = worker_id(worker),
            .is_accepted = is_accepted,
            .last_progress = kStart};
}

TEST_CASE("an offer is overdue sooner than a lease that was accepted") {
    Leases leases;
    leases.begin(lease(1, 1));
    leases.begin(lease(2, 1, true));
    CHECK(leases.overdue(kStart + 4'999ms, kLimits).empty());
    REQUIRE(leases.overdue(kStart + 5s, kLimits).size() == 1);
    CHECK(leases.overdue(kStart + 5s, kLimits)[0].token.job == job_id(1));
    CHECK(leases.overdue(kStart + 60s, kLimits).size() == 2);
}

TEST_CASE("a lease is found under its own attempt and worker only") {
    Leases leases;
    leases.begin(lease(1, 1));
    CHECK(leases.find({job_id(1), 1}, worker_id(1)) != nullptr);
    CHECK(leases.find({job_id(1), 2}, worker_id(1)) == nullptr);
    CHECK(leases.find({job_id(1), 1}, worker_id(2)) == nullptr);
    CHECK(leases.find({job_id(2), 1}, worker_id(1)) == nullptr);
}

TEST_CASE("a worker's leases are listed until they end") {
    Leases leases;
    leases.begin(lease(1, 1));
    leases.begin(lease(2, 1));
    leases.begin(lease(3, 2));
    CHECK(leases.of(worker_id(1)).size() == 2);
    leases.end(job_id(1));
    leases.end(job_id(2));
    CHECK(leases.of(worker_id(1)).empty());
    CHECK(leases.size() == 1);
}

TEST_CASE("a step or phase that was reported before is no progress") {
    Lease held = lease(1, 1, true);
    CHECK(note_progress(held, job::Phase::rendering, 1, kStart + 1s));
    CHECK(!note_progress(held, job::Phase::rendering, 1, kStart + 50s));
    CHECK(held.last_progress == kStart + 1s);
    CHECK(note_progress(held, job::Phase::uploading, 1, kStart + 51s));
    CHECK(held.last_progress == kStart + 51s);
}

TEST_CASE("the mean step time leaves out loading and needs two steps") {
    Lease held = lease(1, 1, true);
    note_progress(held, job::Phase::loading, 0, kStart + 30s);
    CHECK(step_time(held) == std::nullopt);
    note_progress(held, job::Phase::rendering, 2, kStart + 40s);
    CHECK(step_time(held) == std::nullopt);
    note_progress(held, job::Phase::rendering, 6, kStart + 48s);
    CHECK(step_time(held) == 2s);
    // The decoder's time is none of a step's, and who sends a picture names no step any more.
    note_progress(held, job::Phase::uploading, 0, kStart + 90s);
    CHECK(held.step == 6);
    CHECK(step_time(held) == 2s);
    CHECK(!note_progress(held, job::Phase::uploading, 0, kStart + 91s));
}

}  // namespace
}  // namespace gotong::schedule
