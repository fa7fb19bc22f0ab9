// A blob's file on its way to its name, and one being read: what every store in folders does.
//
// A file gets its name only after its bytes were checked and synced, so a crash leaves whole files
// and, among the temporary ones, rubbish.
//
// A sync that fails ends the process: what is on disk is then known to a new start alone.
//
// Private to coordinator/blob. Errors never hold a path: they may travel to a worker.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "coordinator/blob/blob_store.h"

namespace gotong::blob {

// What errno says of `action`; resource_exhausted when the disk is full.
Failure system_failure(const char* action);

// Makes the folder if need be, and its name durable. Its parent is there.
Result<> make_folder(const std::filesystem::path& folder);

// `root` and `root`/tmp, the latter empty. Errors: permission_denied.
Result<> make_root(const std::filesystem::path& root);

// Writes to `temporary`, which is not there yet; finish() links it as `path`, making that one's
// folder and the folder's parent if need be. `path` is never overwritten.
Result<std::unique_ptr<Writer>> begin_file(std::filesystem::path temporary,
                                           std::filesystem::path path, const crypto::Digest& sha256,
                                           std::uint64_t size);

// Bytes; nullopt when there is no such file.
std::optional<std::uint64_t> size_of_file(const std::filesystem::path& path);

// Errors: not_found.
Result<std::unique_ptr<Reader>> open_file(const std::filesystem::path& path,
                                          const crypto::Digest& sha256);

// Does nothing when it is not there.
Result<> remove_file(const std::filesystem::path& path);

}  // namespace gotong::blob
