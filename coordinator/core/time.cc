// What the passing of time ends: sessions that fell silent, offers that were not answered, leases
// whose steps stopped, jobs that nobody rendered, uploads that no job needs, records that are old.
#include <string>
#include <utility>

#include "coordinator/core/attempts.h"
#include "coordinator/core/endings.h"
#include "coordinator/core/handlers.h"
#include "coordinator/core/inputs.h"
#include "coordinator/core/pauses.h"
#include "coordinator/core/retention.h"

namespace gotong::core {
namespace {

std::string in_seconds(std::chrono::milliseconds duration) {
    return std::to_string(duration.count() / 1'000) + " s";
}

void end_silent_sessions(Step& step) {
    State& state = step.state;
    const auto ttl = state.policy.session_ttl;
    for (const WorkerId& worker : state.roster.silent(step.now.monotonic, ttl)) {
        const std::string reason = "nothing was heard from the worker for " + in_seconds(ttl);
        ++state.counters.sessions_expired;
        close_session(step, *state.roster.find(worker),
                      Error{ErrorCode::deadline_exceeded, reason, {}});
        return_all(step, worker, "lost", reason);
    }
}

void end_unanswered(Step& step, const schedule::Lease& lease) {
    const std::string limit = in_seconds(step.state.policy.accept_within);
    if (roster::Session* session = step.state.roster.find(lease.worker)) {
        pause(*session, step.now.monotonic, kUnansweredPause);
    }
    return_attempt(step, lease.token, "lost", "the offer was not answered within " + limit);
}

// While the stream is down nobody can report steps, so nobody is to blame.
void end_stalled(Step& step, const schedule::Lease& lease) {
    const std::string reason =
        "no step was reported for " + in_seconds(step.state.policy.progress_timeout);
    const roster::Session* session = step.state.roster.find(lease.worker);
    if (session && session->stream) {
        blame_attempt(step, lease.token, "failed", reason);
    } else {
        return_attempt(step, lease.token, "lost", reason);
    }
}

void end_overdue_leases(Step& step) {
    State& state = step.state;
    const schedule::LeaseLimits limits{state.policy.accept_within, state.policy.progress_timeout};
    for (const schedule::Lease& lease : state.leases.overdue(step.now.monotonic, limits)) {
        if (lease.is_accepted) {
            end_stalled(step, lease);
        } else {
            end_unanswered(step, lease);
        }
        stop_worker(step, lease);
    }
}

std::string expiry_reason(const job::Job& job) {
    const std::string last = job.failure.empty() ? "" : "; the last attempt failed: " + job.failure;
    return "no worker rendered it in time" + last;
}

void expire_jobs(Step& step) {
    State& state = step.state;
    for (const JobId& id : state.jobs.expired_until(step.now.wall)) {
        ++state.counters.expired;
        fail_job(step, id, expiry_reason(state.jobs.find(id)->job));
    }
}

void sweep_inputs(Step& step) {
    State& state = step.state;
    if (step.now.monotonic < state.next_sweep) return;
    state.next_sweep = step.now.monotonic + state.policy.input_sweep;
    remove_old_inputs(step);
}

}  // namespace

void on(Step& step, const Tick&) {
    end_silent_sessions(step);
    end_overdue_leases(step);
    expire_jobs(step);
    sweep_inputs(step);
    remove_old_records(step);
    step.state.wake = true;  // A pause or a delay may be over.
}

}  // namespace gotong::core
