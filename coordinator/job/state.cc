#include "coordinator/job/state.h"

#include <utility>

#include "common/check.h"

namespace gotong::job {
namespace {

void become(Job& job, State state) {
    check(may_become(job.state, state), "a job's state changed in a way that is not legal");
    job.state = state;
}

}  // namespace

bool may_become(State from, State to) {
    switch (from) {
        case State::queued:
            return to == State::running || has_ended(to);
        case State::running:
            return to == State::queued || has_ended(to);
        case State::failed:
            return to == State::queued;
        case State::done:
        case State::cancelled:
            return false;
    }
    return false;
}

std::string_view name_of(State state) {
    switch (state) {
        case State::queued:
            return "queued";
        case State::running:
            return "running";
        case State::done:
            return "done";
        case State::failed:
            return "failed";
        case State::cancelled:
            return "cancelled";
    }
    return "unknown";
}

void begin_attempt(Job& job, WorkerId worker) {
    become(job, State::running);
    ++job.attempt;
    job.holder = worker;
    job.not_before = {};
}

void take_back(Job& job, WallTime not_before) {
    become(job, State::queued);
    job.holder = {};
    job.not_before = not_before;
}

void finish(Job& job, WorkerId worker, Picture picture) {
    become(job, State::done);
    job.holder = worker;
    job.picture = std::move(picture);
    job.failure.clear();
}

void give_up(Job& job, std::string reason) {
    become(job, State::failed);
    job.holder = {};
    job.failure = std::move(reason);
}

void cancel(Job& job, std::string reason) {
    become(job, State::cancelled);
    job.holder = {};
    job.failure = std::move(reason);
}

void requeue(Job& job, WallTime now) {
    check(job.state == State::failed, "a job was queued again that has not failed");
    become(job, State::queued);
    job.expires = now + (job.expires - job.start);
    job.start = now;
    job.not_before = {};
    job.failed_on.clear();
    job.forgiven = job.attempt;
    ++job.requeued;
}

}  // namespace gotong::job
