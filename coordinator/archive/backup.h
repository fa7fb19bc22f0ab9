// A copy of a whole pool, taken while it runs or after its end: its database as it was at one
// moment, the pictures and uploads that the database names then, its keys.
//
// The database is copied first. A picture is on disk before the database names it, so whatever
// comes in meanwhile is left out whole, and nothing that was acknowledged before is missing.
#pragma once

#include <filesystem>

#include "common/result.h"
#include "common/time.h"
#include "coordinator/archive/manifest.h"

namespace gotong::archive {

// Makes `target`, whole and synced, or nothing. The result's `lost` names what the pool's own
// folder had lost before.
//
// Errors: not_found when `data` holds no pool; already_exists when `target` is there;
// failed_precondition when a newer Gotong wrote the pool; resource_exhausted when the disk is
// full; data_loss when the database cannot be read.
Result<Manifest> back_up(const std::filesystem::path& data, const std::filesystem::path& target,
                         WallTime now);

}  // namespace gotong::archive
