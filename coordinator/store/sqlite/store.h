// The store in one SQLite file, DIR/gotong.db: the default, and all that a small pool needs.
//
// One process, one thread, one transaction at a time. Every commit is synced to disk before
// commit() returns; about 5,000 of them fit in a second, so callers put many steps into one.
#pragma once

#include <filesystem>
#include <memory>

#include "common/result.h"
#include "coordinator/store/store.h"

namespace gotong::sqlite {

// Takes the folder for this process, checks the file, and brings its tables up to date. Takes
// milliseconds for a new pool and about a second per gigabyte for an old one.
//
// Errors, each one sentence that tells what to do: failed_precondition (another coordinator serves
// the folder; a newer Gotong wrote the file), permission_denied, data_loss (damaged).
Result<std::unique_ptr<store::Store>> open(const std::filesystem::path& folder);

}  // namespace gotong::sqlite
