// A finished job's picture, with its receipt inside, checked before anybody sees it.
//
// Corridor: cli/follow -> [cli/download] -> cli/verify
#pragma once

#include <string>

#include "coordinator/cli/creator.h"

namespace gotong::cli {

// Fetches the blob, compares its digest, puts the receipt in and verifies the whole against the
// pool's key and the job's id. `job` is DONE.
//
// Errors: unavailable when the pool cannot be reached; data_loss when what comes is not what the
// pool said it would be.
Result<std::string> download(const Creator& creator, const v1::Job& job);

}  // namespace gotong::cli
