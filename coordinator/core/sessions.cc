// Workers coming, telling what they hold, and leaving.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/bytes.h"
#include "common/crypto/sign.h"
#include "common/crypto/token.h"
#include "coordinator/core/attempts.h"
#include "coordinator/core/handlers.h"
#include "coordinator/core/paces.h"
#include "coordinator/core/rivals.h"
#include "coordinator/core/welcome.h"
#include "coordinator/schedule/dispatcher.h"

namespace gotong::core {
namespace {

constexpr std::uint32_t kMaxSlots = 64;  // More than any machine renders at once.

void refuse(Step& step, StreamId stream, ErrorCode code, std::string message) {
    step.sends.push_back(ToWorker{stream, CloseStream{Error{code, std::move(message), {}}}});
}

bool resumes(const roster::Session* session, const std::string& token) {
    return session && !session->resume_token.empty() &&
           crypto::equal_in_constant_time(as_bytes(session->resume_token), as_bytes(token));
}

// The worker's session from here on: the one that the token names, or a new one in its place.
roster::Session& session_for(Step& step, WorkerId worker, const WorkerHello& hello, bool resumed) {
    State& state = step.state;
    roster::Session session;
    if (roster::Session* old = state.roster.find(worker)) {
        step.say(*old, CloseStream{replaced_by(*old, hello)});
        if (old->instance != hello.instance_nonce) old->rivals.replace(old->instance);
        if (resumed) {
            ++state.counters.sessions_resumed;
            state.roster.attach(*old, hello.stream, step.now.monotonic);
            return *old;
        }
        ++state.counters.sessions_superseded;
        session.rivals = std::move(old->rivals);
    }
    ++state.counters.sessions_opened;
    session.id = draw<SessionId>(state.rng);
    session.worker = worker;
    session.resume_token = draw_secret(state.rng);
    session.stream = hello.stream;
    session.last_heard = step.now.monotonic;
    session.turn_from = state.jobs_given;
    return state.roster.open(std::move(session));
}

// What the worker offers now; true if that changed what it can render.
bool note_models(State& state, roster::Session& session, const std::vector<OfferedModel>& models) {
    if (session.offered != models || !state.abilities.contains(session.worker)) {
        state.abilities[session.worker] = {models, session.protocol};
    }
    session.offered = models;
    std::set<std::string> usable = state.catalogue.usable(models);
    if (usable == session.usable) return false;
    session.usable = std::move(usable);
    note_sizes(state.catalogue, session);
    return true;
}

// A lease that has ended and is held all the same: its slot is stuck when that goes on, and a
// worker that does not even acknowledge the cancel is given nothing more.
void note_unwanted(const Step& step, roster::Session& session, const HeldLease& entry,
                   const std::map<LeaseToken, Monotonic>& before) {
    const auto known = before.find(entry.lease);
    const Monotonic since = known == before.end() ? step.now.monotonic : known->second;
    session.unwanted.emplace(entry.lease, since);
    if (step.now.monotonic - since < step.state.policy.stop_within) return;
    ++session.stuck_slots;
    if (!entry.stopping) session.is_quarantined = true;
}

// Marks what the worker holds and returns what it should not.
std::vector<LeaseToken> note_held(Step& step, roster::Session& session,
                                  const std::vector<HeldLease>& held) {
    std::vector<LeaseToken> cancel;
    const auto unwanted_before = std::exchange(session.unwanted, {});
    session.stuck_slots = 0;
    session.is_quarantined = false;
    for (const HeldLease& entry : held) {
        schedule::Lease* lease = step.state.leases.find(entry.lease, session.worker);
        if (!lease) {
            note_unwanted(step, session, entry, unwanted_before);
            cancel.push_back(entry.lease);
            continue;
        }
        lease->is_accepted = true;
        lease->is_seen = true;
        if (!schedule::note_progress(*lease, entry.phase, entry.step, step.now.monotonic)) continue;
        step.changed(step.state.jobs.find(entry.lease.job)->job);
    }
    return cancel;
}

// Marks what waits in the outbox and returns what should be sent again: what was there at the last
// snapshot of this stream too, and everything at the first. A result on its way is left alone.
std::vector<LeaseToken> note_outbox(Step& step, roster::Session& session,
                                    const std::vector<LeaseToken>& outbox) {
    std::vector<LeaseToken> resend;
    for (const LeaseToken& token : outbox) {
        if (!session.is_known || session.outbox.contains(token)) resend.push_back(token);
        schedule::Lease* lease = step.state.leases.find(token, session.worker);
        if (!lease) continue;
        lease->is_accepted = true;
        lease->is_seen = true;
    }
    session.outbox = {outbox.begin(), outbox.end()};
    return resend;
}

// A lease that the worker does not know of: it was restarted, or the offer was lost with a stream.
// An offer on this very stream may still be on its way.
bool is_lost(const roster::Session& session, const schedule::Lease& lease,
             const std::set<LeaseToken>& named) {
    return !named.contains(lease.token) && (lease.is_accepted || !session.is_known);
}

void return_lost(Step& step, const roster::Session& session, const WorkerSnapshot& snapshot) {
    std::set<LeaseToken> named{snapshot.outbox.begin(), snapshot.outbox.end()};
    for (const HeldLease& held : snapshot.held) named.insert(held.lease);
    for (const LeaseToken& token : step.state.leases.of(session.worker)) {
        if (!is_lost(session, *step.state.leases.find(token.job), named)) continue;
        return_attempt(step, token, "lost", "the worker no longer holds it");
    }
}

// What the roster remembers of the snapshot; wakes the dispatcher if the worker can do more.
void note_state(Step& step, roster::Session& session, const WorkerSnapshot& snapshot) {
    State& state = step.state;
    const Monotonic now = step.now.monotonic;
    const std::uint32_t free_before = schedule::free_slots(session, state.leases, now);
    const bool models_changed = note_models(state, session, snapshot.models);
    note_places(step, session, snapshot.places);
    forget_old_rivals(session, now);
    session.is_known = true;
    session.is_draining = snapshot.draining;
    session.free_slots = snapshot.free_slots;
    const std::uint32_t free = schedule::free_slots(session, state.leases, now);
    if (free > free_before || (free > 0 && models_changed)) state.wake = true;
}

}  // namespace

void on(Step& step, const WorkerHello& event) {
    State& state = step.state;
    const store::Worker* worker = state.workers.find(crypto::worker_id_of(event.public_key));
    if (!worker) {
        refuse(step, event.stream, ErrorCode::unauthenticated,
               "this pool does not know this worker; join it with an invite");
        return;
    }
    if (worker->revoked) {
        refuse(step, event.stream, ErrorCode::permission_denied,
               "this worker was revoked by the pool's operator");
        return;
    }
    if (turn_away(step, event, worker->id)) return;
    const bool resumed = resumes(state.roster.find(worker->id), event.resume_token);
    roster::Session& session = session_for(step, worker->id, event, resumed);
    session.instance = event.instance_nonce;
    session.protocol = event.protocol;
    session.device = event.device;
    session.slots = std::clamp(event.slots, 1U, kMaxSlots);
    recall_paces(step, session);
    note_models(state, session, event.models);
    step.say(session, welcome_for(state, session, resumed));
}

void on(Step& step, const WorkerSnapshot& event) {
    roster::Session* session = step.state.roster.of_stream(event.stream);
    if (!session) return;  // Replaced or closed, and told so.
    session->last_heard = step.now.monotonic;
    return_lost(step, *session, event);
    for (const LeaseToken& token : step.state.leases.of(session->worker)) {
        step.state.leases.find(token.job)->is_seen = false;
    }
    std::vector<LeaseToken> cancel = note_held(step, *session, event.held);
    std::vector<LeaseToken> resend = note_outbox(step, *session, event.outbox);
    note_state(step, *session, event);
    say_desired(step, *session, std::move(cancel), std::move(resend));
}

void on(Step& step, const WorkerGoodbye& event) {
    const roster::Session* session = step.state.roster.of_stream(event.stream);
    if (!session) return;
    const WorkerId worker = session->worker;
    step.state.roster.close(worker);
    return_all(step, worker, "returned", "the worker left");
}

// A dropped stream is not a dead worker: the session lives on until it was silent for too long.
void on(Step& step, const StreamClosed& event) {
    if (roster::Session* session = step.state.roster.of_stream(event.stream)) {
        step.state.roster.detach(*session);
    }
}

}  // namespace gotong::core
