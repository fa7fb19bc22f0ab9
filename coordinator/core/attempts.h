// How an attempt begins, and how it ends while its job goes on. Private to coordinator/core.
#pragma once

#include <string>
#include <string_view>

#include "coordinator/core/state.h"
#include "coordinator/schedule/dispatcher.h"

namespace gotong::core {

// The job gets the next attempt number and its worker the signed offer; or it fails, when a file
// that it begins with is gone.
void begin_attempt(Step& step, const schedule::Match& match);

// Nobody is to blame: the job is queued again at once, in its old place.
void return_attempt(Step& step, const LeaseToken& lease, std::string_view outcome,
                    const std::string& reason);

// The worker is to blame: the job waits a while and avoids it, or is given up.
void blame_attempt(Step& step, const LeaseToken& lease, std::string_view outcome,
                   const std::string& reason);

// All leases of the worker, as return_attempt() does.
void return_all(Step& step, WorkerId worker, std::string_view outcome, const std::string& reason);

// Ends the session with this as the stream's status. Its leases are for the caller to end.
void close_session(Step& step, roster::Session& session, Error reason);

// Puts a job that is queued into the queue. False: it was given up, and is gone, because its model
// has left the catalogue.
bool enqueue(Step& step, OpenJob& open);

// Tells the worker to stop a lease that has ended. Its slot counts as taken until its next snapshot
// says otherwise: stopping takes up to a step.
void stop_worker(Step& step, const schedule::Lease& lease);

// Says what the worker should hold: all of its leases, and nothing of `cancel`.
void say_desired(Step& step, const roster::Session& session, std::vector<LeaseToken> cancel,
                 std::vector<LeaseToken> resend = {});

}  // namespace gotong::core
