// Text of strangers, made safe to show on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gotong::text {

// Writes control characters (C0, DEL, C1), bidirectional overrides and bytes that are not UTF-8 as
// \u{202e} or \x{ff}, so that a prompt can neither move the cursor nor turn a line around. Other
// text passes unchanged.
std::string printable(std::string_view utf8);

// The same for a word in a message: what is longer than `most` bytes is cut, and "..." put behind.
std::string shown(std::string_view utf8, std::size_t most = 64);

}  // namespace gotong::text
