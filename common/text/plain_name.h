// Names that are safe everywhere: in a path, on a command line, in a list of words.
#pragma once

#include <cstddef>
#include <string_view>

namespace gotong::text {

inline constexpr std::size_t kMaxPlainName = 64;  // Fits a line of a list, and any file system.

// Matches ^[a-z0-9][a-z0-9._-]{0,63}$: models and pools are named so.
bool is_plain_name(std::string_view name);

}  // namespace gotong::text
