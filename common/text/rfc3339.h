// Times in receipts: UTC, milliseconds, one spelling ("2026-11-23T23:30:00.125Z").
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "common/time.h"

namespace gotong::text {

// For years 0 to 9999, which is every time that a receipt can hold.
std::string to_rfc3339(WallTime time);

// The inverse, and nothing else: no other offset, precision or case. Errors: invalid_argument.
Result<WallTime> from_rfc3339(std::string_view text);

}  // namespace gotong::text
