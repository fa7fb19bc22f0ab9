// Waits with the user until jobs have ended: a progress line on a terminal, nothing elsewhere.
//
// Corridor: cli/render -> [cli/attend] -> cli/follow
#pragma once

#include <vector>

#include "coordinator/cli/follow.h"
#include "coordinator/cli/interrupt.h"

namespace gotong::cli {

struct AttendOptions {
    bool quiet = false;  // No progress line, wherever standard error goes.
    Following::OnPreview on_preview;
};

// The jobs as they ended, or as they are when the user interrupts. Errors: why a job was given up;
// it may go on without us.
Result<std::vector<v1::Job>> attend(const Creator& creator, std::vector<v1::Job> jobs,
                                    const Interrupt& interrupt, const AttendOptions& options);

// Cancels what has not ended and returns the jobs as they then are.
Result<std::vector<v1::Job>> cancel_all(const Creator& creator, std::vector<v1::Job> jobs);

}  // namespace gotong::cli
