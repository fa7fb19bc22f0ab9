// Small files, read and written whole, so that a crash leaves either the old or the new content.
//
// For files that fit in memory: keys, lists, caches, pictures. Several threads may call these, but
// not for the same path at once.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::file {

enum class Access {
    owner_only,  // 0600
    everyone,    // 0644, before the umask
};

// The whole file. Errors: not_found; resource_exhausted when it holds more than `limit` bytes;
// permission_denied; failed_precondition when it is no regular file.
Result<std::string> read_small(const std::filesystem::path& path, std::size_t limit);

// Creates the file, which must not exist yet (already_exists), durable before it returns: file and
// folder are synced.
Result<> create_durable(const std::filesystem::path& path, std::string_view content, Access access);

// Writes a sibling temporary file, syncs it and renames it over `path`. A reader sees the old
// content or the new, never a mixture.
Result<> replace_durable(const std::filesystem::path& path, std::string_view content,
                         Access access);

}  // namespace gotong::file
