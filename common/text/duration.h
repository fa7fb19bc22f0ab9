// Lengths of time, as people say and type them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::text {

// "0.4 s", "12 s", "5 min", "3 h", "2 d": two figures are enough to act on. Less than nothing is
// "0 s".
std::string duration(std::chrono::milliseconds time);

// "90s", "15m", "2h", "3d", and sums of them without spaces ("1h30m"). Errors: invalid_argument for
// anything else, and for more than ten years.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace gotong::text
