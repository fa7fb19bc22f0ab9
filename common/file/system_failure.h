// What errno says of something that was to be done with a file.
#pragma once

#include <filesystem>

#include "common/result.h"

namespace gotong::file {

// "write /some/file: No space left on device". not_found, already_exists, permission_denied and
// resource_exhausted where errno means that; else internal.
Failure system_failure(const char* action, const std::filesystem::path& path);

}  // namespace gotong::file
