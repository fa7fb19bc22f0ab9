// The state machine, written out a second time as a table.
#include "coordinator/job/state.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <utility>

namespace gotong::job {
namespace {

constexpr State kStates[] = {State::queued, State::running, State::done, State::failed,
                             State::cancelled};

TEST_CASE("a job changes its state only in the ways that are written down") {
    const std::set<std::pair<State, State>> legal{
        {State::queued, State::running}, {State::queued, State::done},
        {State::queued, State::failed},  {State::queued, State::cancelled},
        {State::running, State::queued}, {State::running, State::done},
        {State::running, State::failed}, {State::running, State::cancelled},
        {State::failed, State::queued}};
    for (const State from : kStates) {
        for (const State to : kStates) {
            INFO(name_of(from) << " to " << name_of(to));
            CHECK(may_become(from, to) == legal.contains({from, to}));
        }
    }
}

TEST_CASE("each attempt has a number that was never used before") {
    Job job;
    WorkerId worker;
    worker.bytes[0] = 1;
    begin_attempt(job, worker);
    CHECK(job.attempt == 1);
    CHECK(job.holder == worker);
    take_back(job, WallTime{} + 5s);
    CHECK(job.holder.is_zero());
    CHECK(job.not_before == WallTime{} + 5s);
    begin_attempt(job, worker);
    CHECK(job.attempt == 2);
    CHECK(job.not_before == WallTime{});
}

TEST_CASE("a failed job that is queued again has its time anew and nothing held against it") {
    Job job;
    WorkerId worker;
    worker.bytes[0] = 1;
    job.start = WallTime{} + 1h;
    job.expires = WallTime{} + 25h;
    begin_attempt(job, worker);
    job.failed_on = {worker};
    give_up(job, "three workers failed");
    requeue(job, WallTime{} + 30h);
    CHECK(job.state == State::queued);
    CHECK(job.start == WallTime{} + 30h);
    CHECK(job.expires == WallTime{} + 54h);
    CHECK(job.failed_on.empty());
    CHECK(job.forgiven == 1);
    CHECK(job.requeued == 1);
    begin_attempt(job, worker);
    CHECK(job.attempt == 2);  // The fencing token only grows.
}

TEST_CASE("a finished job names who rendered it and forgets earlier failures") {
    Job job;
    job.failure = "the first worker was out of memory";
    WorkerId worker;
    worker.bytes[0] = 1;
    finish(job, worker, {.sha256 = {}, .size = 7, .bundle = "receipt"});
    CHECK(job.state == State::done);
    CHECK(job.holder == worker);
    CHECK(job.picture.size == 7);
    CHECK(job.failure.empty());
}

}  // namespace
}  // namespace gotong::job
