// What workers say about the leases that they were offered or hold.
//
// Corridor: rpc/worker_service -> [core/leases] -> core/attempts
#include <algorithm>

#include "coordinator/core/attempts.h"
#include "coordinator/core/handlers.h"
#include "coordinator/core/pauses.h"

namespace gotong::core {
namespace {

// The session that speaks, heard just now; nullptr when its stream was replaced or closed.
roster::Session* speaker(Step& step, StreamId stream) {
    roster::Session* session = step.state.roster.of_stream(stream);
    if (session) session->last_heard = step.now.monotonic;
    return session;
}

bool is_unharmed(const Error& error) {
    return error.code == ErrorCode::cancelled || error.code == ErrorCode::unavailable;
}

}  // namespace

void on(Step& step, const OfferReply& event) {
    roster::Session* session = speaker(step, event.stream);
    if (!session) return;
    schedule::Lease* lease = step.state.leases.find(event.lease, session->worker);
    if (!lease) {
        // Answered too late, or the job has ended meanwhile.
        if (event.accepted) say_desired(step, *session, {event.lease});
        return;
    }
    if (event.accepted) {
        lease->is_accepted = true;
        lease->last_progress = step.now.monotonic;
        return;
    }
    pause(*session, step.now.monotonic, std::clamp(event.retry_after, kShortPause, kLongestPause));
    return_attempt(step, event.lease, "declined", event.reason);
}

void on(Step& step, const WorkerProgress& event) {
    const roster::Session* session = speaker(step, event.stream);
    if (!session) return;
    schedule::Lease* lease = step.state.leases.find(event.lease, session->worker);
    if (!lease) return;  // The next Snapshot's answer cancels it.
    lease->is_accepted = true;
    const bool is_new =
        schedule::note_progress(*lease, event.phase, event.step, step.now.monotonic);
    if (!is_new && event.preview_png.empty()) return;
    step.changed(step.state.jobs.find(event.lease.job)->job, event.preview_png);
}

void on(Step& step, const AttemptFailed& event) {
    roster::Session* session = speaker(step, event.stream);
    if (!session) return;
    if (step.state.leases.find(event.lease, session->worker)) {
        pause(*session, step.now.monotonic, kShortPause);
        if (is_unharmed(event.error)) {
            return_attempt(step, event.lease, "returned", event.error.message);
        } else {
            blame_attempt(step, event.lease, "failed", event.error.message);
        }
    }
    step.ack(*session, event.lease, Verdict::noted, "");
}

}  // namespace gotong::core
