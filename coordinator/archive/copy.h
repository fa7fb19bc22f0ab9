// Copies of files, each synced, with what was copied. Private to coordinator/archive.
#pragma once

#include <filesystem>
#include <string>

#include "common/result.h"
#include "coordinator/archive/manifest.h"
#include "coordinator/blob/blob_store.h"

namespace gotong::archive {

// FROM/relative to TO/relative, which must not exist yet; 0600, with the folders on the way.
// Errors: not_found without the original; resource_exhausted when the disk is full.
Result<ArchivedFile> copy_file(const std::filesystem::path& from, const std::string& relative,
                               const std::filesystem::path& to);

// What a file is now. Errors: not_found, permission_denied, data_loss.
Result<ArchivedFile> describe(const std::filesystem::path& folder, const std::string& relative);

// All of the reader's bytes; durable. Errors: invalid_argument when they are not what their name
// promises.
Result<> pour(blob::Reader& from, blob::Writer& to);

}  // namespace gotong::archive
