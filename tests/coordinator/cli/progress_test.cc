// The progress line, from what is known and the time.
#include "coordinator/cli/progress.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::cli {
namespace {

using namespace std::chrono_literals;

const Monotonic kStart{1000s};

v1::Job job(v1::JobState state, std::uint32_t step, std::uint32_t attempt = 1) {
    v1::Job job;
    job.set_attempt(attempt);
    job.set_state(state);
    job.set_step(step);
    job.mutable_spec()->set_steps(20);
    return job;
}

TEST_CASE("before a worker has the job the line says what it waits for") {
    Progress progress;
    v1::Job waiting = job(v1::JOB_STATE_QUEUED, 0);
    progress.see({waiting}, kStart);
    CHECK(progress.line(kStart, 100) == "[--------------------] waiting for a worker");
    waiting.set_queue_position(4);
    progress.see({waiting}, kStart);
    CHECK(progress.line(kStart, 100) == "[--------------------] waiting behind 3 others");
}

TEST_CASE("time left follows from the speed seen") {
    Progress progress;
    progress.see({job(v1::JOB_STATE_RUNNING, 0)}, kStart);
    CHECK(progress.line(kStart, 100) == "[--------------------] loading");
    progress.see({job(v1::JOB_STATE_RUNNING, 1)}, kStart + 5s);
    CHECK(progress.line(kStart + 5s, 100) == "[#-------------------] step 1 of 20");
    progress.see({job(v1::JOB_STATE_RUNNING, 11)}, kStart + 15s);
    CHECK(progress.line(kStart + 15s, 100) == "[###########---------] step 11 of 20, 9 s left");
}

TEST_CASE("a job that begins anew at another worker has no estimate until it has a speed") {
    Progress progress;
    progress.see({job(v1::JOB_STATE_RUNNING, 10)}, kStart);
    progress.see({job(v1::JOB_STATE_RUNNING, 15)}, kStart + 5s);
    progress.see({job(v1::JOB_STATE_RUNNING, 1, 2)}, kStart + 60s);
    CHECK(progress.line(kStart + 60s, 100) == "[#-------------------] step 1 of 20");
}

TEST_CASE("a worker that only uploads any more has done all steps that it counted before") {
    Progress progress;
    progress.see({job(v1::JOB_STATE_RUNNING, 20)}, kStart);
    progress.see({job(v1::JOB_STATE_RUNNING, 0)}, kStart + 1s);
    CHECK(progress.line(kStart + 1s, 100) == "[####################] finishing");
}

TEST_CASE("of a picture that begins with another only the steps that are made count") {
    v1::Job half = job(v1::JOB_STATE_RUNNING, 5);
    half.mutable_spec()->mutable_original()->set_strength(0.5);
    half.mutable_spec()->mutable_original()->set_strength_rule("diffusers");
    Progress progress;
    progress.see({half}, kStart);
    CHECK(progress.line(kStart, 100) == "[##########----------] step 5 of 10");
    half.set_step(10);
    progress.see({half}, kStart + 1s);
    CHECK(progress.line(kStart + 1s, 100) == "[####################] finishing");
}

TEST_CASE("several pictures are counted") {
    Progress progress;
    progress.see({job(v1::JOB_STATE_DONE, 20), job(v1::JOB_STATE_RUNNING, 0)}, kStart);
    CHECK(progress.line(kStart, 100) == "[##########----------] 1 of 2 pictures, step 20 of 40");
}

TEST_CASE("the line never outgrows the terminal") {
    Progress progress;
    progress.see({job(v1::JOB_STATE_RUNNING, 5)}, kStart);
    CHECK(progress.line(kStart, 12).size() == 12);
}

}  // namespace
}  // namespace gotong::cli
