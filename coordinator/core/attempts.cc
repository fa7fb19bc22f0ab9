#include "coordinator/core/attempts.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/offer/offer.h"
#include "coordinator/core/endings.h"
#include "coordinator/core/inputs.h"
#include "coordinator/core/rivals.h"
#include "coordinator/job/state.h"
#include "coordinator/schedule/retry.h"

namespace gotong::core {
namespace {

// For each worker when all of them come back at once: a TLS handshake, a signature to check and a
// Welcome with the catalogue, on a core that does other things besides.
constexpr std::chrono::milliseconds kComingBack{2};

std::string payload_for(const State& state, const job::Job& job) {
    return offer_payload({.job = job.id,
                          .attempt = job.attempt,
                          .spec = job.spec,
                          .model_digest = job.model_digest,
                          .prompt_salt = job.prompt_salt,
                          .pool_key_id = state.notary.pool_key_id()});
}

// Ends attempt and lease, whatever becomes of the job. Returns the job, running still.
OpenJob& end_lease(Step& step, const LeaseToken& lease, std::string_view outcome,
                   const std::string& reason) {
    OpenJob& open = *step.state.jobs.find(lease.job);
    step.end_attempt(lease, outcome, reason);
    step.state.leases.end(lease.job);
    step.state.queue.give_back(open.job.account, open.job.price);
    return open;
}

bool is_fault(const job::Attempt& attempt) {
    return attempt.outcome == "failed" || attempt.outcome == "rejected";
}

schedule::Failures failures_of(const Step& step, const job::Job& job) {
    schedule::Failures failures;
    for (const job::Attempt& attempt : step.store.attempts_of(job.id)) {
        if (is_fault(attempt) && attempt.number > job.forgiven) ++failures.attempts;
    }
    failures.workers = static_cast<std::uint32_t>(job.failed_on.size());
    failures.other_worker_online =
        schedule::is_other_online(schedule::needs_of(job), step.state.roster);
    return failures;
}

// Of the first offer alone: what follows waits for other reasons.
void note_wait(Step& step, const job::Job& job) {
    if (job.attempt > 1) return;
    const std::chrono::duration<double> waited = std::max(step.now.wall - job.start, 0ms);
    step.state.counters.until_offered.observe(waited.count());
}

// A longer wait than its creator asked for means that the wall clock was set back.
std::chrono::milliseconds start_delay(const job::Job& job) {
    return job.requeued == 0 ? job.start - job.submitted : 0ms;
}

std::string given_up_reason(const schedule::Failures& failures, const std::string& last) {
    return "given up after " + std::to_string(failures.attempts) + " failed attempts on " +
           std::to_string(failures.workers) + (failures.workers == 1 ? " worker" : " workers") +
           "; the last: " + last;
}

// 0 where the rendering was never measured.
std::chrono::nanoseconds expected_of(const schedule::Choice& choice) {
    const schedule::Ranked& chosen = choice.best.front();
    return chosen.is_measured ? chosen.expected : 0ns;
}

}  // namespace

void begin_attempt(Step& step, const schedule::Match& match) {
    State& state = step.state;
    roster::Session& session = *state.roster.find(match.worker);
    job::Job& job = state.jobs.find(match.job)->job;
    auto inputs = inputs_for(step, job);
    if (!inputs) return fail_job(step, job.id, inputs.error().message);
    state.queue.serve(job.id);
    job::begin_attempt(job, match.worker);
    const LeaseToken lease{job.id, job.attempt};
    const std::string payload = payload_for(state, job);

    step.store.insert(job::Attempt{.job = job.id,
                                   .number = job.attempt,
                                   .worker = match.worker,
                                   .offer_sha256 = crypto::sha256(as_bytes(payload)),
                                   .started = step.now.wall,
                                   .ended = std::nullopt,
                                   .outcome = "",
                                   .reason = "",
                                   .choice = match.choice.reason});
    step.store.update(job);
    state.leases.begin({.token = lease,
                        .worker = match.worker,
                        .kind = schedule::kind_of(job),
                        .last_progress = step.now.monotonic,
                        .offered = step.now.monotonic,
                        .expected = expected_of(match.choice)});
    note_wait(step, job);
    session.last_given = ++state.jobs_given;
    session.turn_from = session.last_given;
    session.last_job = job.id;
    session.last_job_at = step.now.monotonic;
    state.choices.add({.job = job.id, .choice = match.choice, .at = step.now.monotonic});
    if (!session.tells_loaded) session.loaded = {job.model_digest};
    step.say(session, OfferJob{.lease = lease,
                               .offer = state.notary.sign_offer(payload),
                               .inputs = *std::move(inputs),
                               .accept_within = state.policy.accept_within,
                               .progress_timeout = state.policy.progress_timeout,
                               .session = session.id,
                               .trace = job.trace});
    step.changed(job);
}

void return_attempt(Step& step, const LeaseToken& lease, std::string_view outcome,
                    const std::string& reason) {
    OpenJob& open = end_lease(step, lease, outcome, reason);
    job::take_back(open.job, WallTime{});
    step.store.update(open.job);
    if (enqueue(step, open)) step.changed(open.job);
}

void blame_attempt(Step& step, const LeaseToken& lease, std::string_view outcome,
                   const std::string& reason) {
    OpenJob& open = end_lease(step, lease, outcome, reason);
    job::Job& job = open.job;
    job.failed_on.insert(job.holder);
    job.failure = reason;
    const schedule::Failures failures = failures_of(step, job);
    job::take_back(job, step.now.wall + schedule::retry_delay(failures.attempts));
    step.store.update(job);
    if (schedule::is_hopeless(failures, step.state.policy.distinct_failures)) {
        fail_job(step, job.id, given_up_reason(failures, reason));
    } else if (enqueue(step, open)) {
        step.changed(job);
    }
}

void return_all(Step& step, WorkerId worker, std::string_view outcome, const std::string& reason) {
    for (const LeaseToken& lease : step.state.leases.of(worker)) {
        return_attempt(step, lease, outcome, reason);
    }
}

void close_session(Step& step, roster::Session& session, Error reason) {
    step.say(session, CloseStream{std::move(reason)});
    step.state.roster.close(session.worker);
}

bool enqueue(Step& step, OpenJob& open) {
    State& state = step.state;
    const job::Job& job = open.job;
    if (!state.catalogue.has_weights(job.model_digest)) {
        fail_job(step, job.id,
                 "the pool no longer renders with these weights of " + job.spec.model);
        return false;
    }
    schedule::Waiting waiting{.job = job.id,
                              .account = job.account,
                              .order = open.order,
                              .price = job.price,
                              .needs = schedule::needs_of(job),
                              .priority = job.priority};
    if (job.start > step.now.wall) {
        state.queue.add(std::move(waiting), job.start, step.now.wall, start_delay(job));
    } else {
        state.queue.add(std::move(waiting), job.not_before, step.now.wall);
    }
    state.wake = true;
    return true;
}

void stop_worker(Step& step, const schedule::Lease& lease) {
    roster::Session* session = step.state.roster.find(lease.worker);
    if (!session) return;
    if (!lease.is_seen && session->free_slots > 0) --session->free_slots;
    say_desired(step, *session, {lease.token});
}

void say_desired(Step& step, const roster::Session& session, std::vector<LeaseToken> cancel,
                 std::vector<LeaseToken> resend) {
    const auto workers = static_cast<std::int64_t>(step.state.roster.sessions().size());
    step.say(session, Desired{.keep = step.state.leases.of(session.worker),
                              .cancel = std::move(cancel),
                              .resend = std::move(resend),
                              .reconnect_spread = kComingBack * workers,
                              .notice = rival_notice(session)});
}

}  // namespace gotong::core
