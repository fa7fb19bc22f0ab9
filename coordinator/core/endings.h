// How a job ends: each way once, with its credits, in the step's one transaction. Private to
// coordinator/core.
//
// Corridor: job/matches -> [core/endings] -> ledger/ledger
#pragma once

#include <string>

#include "coordinator/core/state.h"

namespace gotong::core {

// Done: the picture is the job's, the worker is paid, the receipt has the pool's signature. For a
// result that job::matches(). The job is queued, or running on this very worker, perhaps under a
// later attempt, which is then told to stop.
void accept_result(Step& step, const roster::Session& session, const ResultVerified& result);

// Nothing is paid. The job is open; whoever renders it is told to stop.
void fail_job(Step& step, JobId id, const std::string& reason);
void cancel_job(Step& step, JobId id, const std::string& reason);

}  // namespace gotong::core
