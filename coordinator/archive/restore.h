// A pool's folder made of a backup, checked before anybody sees it.
#pragma once

#include <filesystem>

#include "common/result.h"
#include "coordinator/archive/check.h"
#include "coordinator/archive/manifest.h"

namespace gotong::archive {

struct Restored {
    Manifest manifest;
    Report report;  // Of the new folder; its faults are what the backup itself names as lost.
};

// Makes `data`, whole and synced, or nothing. Every file is compared with the digest that the
// backup gives it, and the whole is checked as check() does.
//
// Errors: already_exists when `data` is there and not empty; failed_precondition when a newer
// Gotong wrote the backup; not_found when `backup` is none; data_loss when it is broken, with what
// is wrong; resource_exhausted when the disk is full.
Result<Restored> restore(const std::filesystem::path& backup, const std::filesystem::path& data);

}  // namespace gotong::archive
