// Text of strangers, made safe to show on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace gotong::text {

// Writes control characters (C0, DEL, C1), bidirectional overrides and bytes that are not UTF-8 as
// \u{202e} or \x{ff}, so that a prompt can neither move the cursor nor turn a line around. Other
// text passes unchanged.
std::string printable(std::string_view utf8);

}  // namespace gotong::text
