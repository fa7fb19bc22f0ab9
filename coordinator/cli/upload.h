// Brings a picture to begin with to the pool, which names jobs' files by their digests.
//
// Corridor: cli/original -> [cli/upload] -> rpc/creator_service
#pragma once

#include <stop_token>

#include "coordinator/cli/creator.h"
#include "coordinator/cli/original.h"

namespace gotong::cli {

// Asks for an address and PUTs the bytes there, unless the pool has them already: the same file is
// sent once, however often it is asked for. Safe to call again.
//
// Errors: unavailable when the pool cannot be reached; permission_denied, resource_exhausted and
// others as the pool answers.
Result<> upload(const Creator& creator, const OriginalFile& file, const std::stop_token& stop);

}  // namespace gotong::cli
