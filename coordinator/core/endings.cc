#include "coordinator/core/endings.h"

#include <algorithm>
#include <utility>

#include "coordinator/core/attempts.h"
#include "coordinator/core/paces.h"
#include "coordinator/job/state.h"
#include "coordinator/ledger/ledger.h"

namespace gotong::core {
namespace {

// Takes the job from where it waits, or from its worker.
void withdraw(Step& step, const job::Job& job, const std::string& reason) {
    State& state = step.state;
    if (state.queue.contains(job.id)) state.queue.remove(job.id);
    const schedule::Lease* found = state.leases.find(job.id);
    if (!found) return;
    const schedule::Lease lease = *found;
    step.end_attempt(lease.token, "cancelled", reason);
    state.leases.end(job.id);
    state.queue.give_back(job.account, job.price);
    stop_worker(step, lease);
}

// The job has its last state. `ended` is a copy that outlives its entry.
void close_job(Step& step, job::Job& ended) {
    ended.ended = step.now.wall;
    step.store.update(ended);
    step.state.jobs.remove(ended.id);
    if (ended.state == job::State::done) ++step.state.counters.done;
    if (ended.state == job::State::failed) ++step.state.counters.failed;
    if (ended.state == job::State::cancelled) ++step.state.counters.cancelled;
    step.changed(ended);
}

// How long the picture took from its last step, which was `took` ago.
void note_closing(roster::Session& session, const RenderSpec& spec, std::chrono::nanoseconds took) {
    const std::uint64_t pixels = std::uint64_t{spec.width} * spec.height;
    const roster::Closing before = session.closing && session.closing->pixels == pixels
                                       ? *session.closing
                                       : roster::Closing{pixels, took, took};
    session.closing =
        roster::Closing{pixels, std::min(before.quickest, took), std::max(before.slowest, took)};
}

// Ends the lease of the accepted job and learns from it how fast the worker is.
void retire_lease(Step& step, const LeaseToken& accepted, const job::Job& job) {
    State& state = step.state;
    const schedule::Lease lease = *state.leases.find(job.id);
    state.leases.end(job.id);
    if (lease.token != accepted) {
        step.end_attempt(lease.token, "superseded", "an earlier attempt's result came in");
        stop_worker(step, lease);
        return;
    }
    state.wake = true;  // Its slot is free.
    if (lease.offered) {
        const std::chrono::duration<double> took = step.now.monotonic - *lease.offered;
        state.counters.until_accepted.observe(took.count());
    }
    roster::Session* session = state.roster.find(lease.worker);
    if (session && lease.last_step_at)
        note_closing(*session, job.spec, step.now.monotonic - *lease.last_step_at);
    const auto mean = schedule::step_time(lease);
    if (!session || !mean) return;
    // As if pictures that were made together had shared the time evenly.
    note_rendering(step, *session, job, *mean * steps_made(job.spec) / lease.company);
}

}  // namespace

void accept_result(Step& step, const roster::Session& session, const ResultVerified& result) {
    State& state = step.state;
    job::Job job = state.jobs.find(result.lease.job)->job;
    const bool is_late = !state.leases.find(result.lease, session.worker);
    if (state.queue.contains(job.id)) {
        state.queue.serve(job.id);
    } else {
        retire_lease(step, result.lease, job);
    }
    const store::Worker& worker = *state.workers.find(session.worker);
    job::finish(job, session.worker,
                {.sha256 = result.blob_sha256,
                 .size = result.blob_size,
                 .bundle = state.notary.receipt(result.envelope, worker, job)});
    step.end_attempt(result.lease, "accepted", is_late ? "late, and nobody else held the job" : "");
    ledger::settle(step.store, job, session.worker, step.now.wall);
    step.ack(session, result.lease, Verdict::accepted, "", job.price);
    close_job(step, job);
}

void fail_job(Step& step, JobId id, const std::string& reason) {
    job::Job job = step.state.jobs.find(id)->job;
    withdraw(step, job, reason);
    job::give_up(job, reason);
    ledger::release(step.store, job, step.now.wall);
    close_job(step, job);
}

void cancel_job(Step& step, JobId id, const std::string& reason) {
    job::Job job = step.state.jobs.find(id)->job;
    withdraw(step, job, reason);
    job::cancel(job, reason);
    ledger::release(step.store, job, step.now.wall);
    close_job(step, job);
}

}  // namespace gotong::core
