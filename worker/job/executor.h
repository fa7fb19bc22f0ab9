// Executor: turns a leased job into an outcome. Everything that the worker does to a job besides
// computing it (check the weights, time it, encode it, sign it, keep it) is another Executor around
// this one. main() writes the chain down, outermost first.
//
// Corridor: job/job -> [job/executor] -> models/verified
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "common/result.h"
#include "common/time.h"
#include "worker/job/job.h"

namespace gotong::worker {

struct RenderProgress {
    Phase phase = Phase::loading;
    std::uint32_t step = 0;   // Steps done.
    std::uint32_t steps = 0;  // Steps in all.
    Picture preview;          // Of the latent, or empty.
};

// Called from a thread of the renderer's, about once a step. Must return quickly.
using OnProgress = std::function<void(const RenderProgress&)>;

class Executor {
  public:
    virtual ~Executor() = default;

    // Blocks until the job is done, fails, or `stop` is requested (then: cancelled, usually within
    // one step). Several jobs may run at once, each called from a thread of its own. Errors:
    // data_loss (the weights on this disk are not the ones that were offered), resource_exhausted
    // (too little memory), unavailable (this machine cannot render now; another may),
    // invalid_argument, internal.
    virtual Result<Outcome> run(const Job& job, const std::stop_token& stop,
                                const OnProgress& on_progress) = 0;
};

using ExecutorPtr = std::unique_ptr<Executor>;

// Adds started and finished, read around the inner run(). `clock` outlives the executor.
ExecutorPtr timed(const Clock& clock, ExecutorPtr inner);

// Adds the PNG file and its digest, with the A1111 text unless the job is private. `version` is
// written into that text.
ExecutorPtr encoded(std::string version, ExecutorPtr inner);

}  // namespace gotong::worker
