// One job's exchange with a renderer child, from Render to Done or Failed.
#pragma once

#include <cstdint>

#include "worker/job/executor.h"
#include "worker/render_child/child.h"

namespace gotong::render_child {

// What became of the child is part of the answer: a job that fails in a healthy child is the
// job's own failure.
struct Ending {
    Result<worker::Outcome> result;
    bool child_is_dead = false;
};

// Blocks. `tag` must be new for this child. On `stop` the child is asked to cancel; a child that
// does not answer in time, is silent for longer than job.patience or breaks the protocol is killed.
Ending converse(Child& child, std::uint64_t tag, const worker::Job& job,
                const std::stop_token& stop, const worker::OnProgress& on_progress);

}  // namespace gotong::render_child
