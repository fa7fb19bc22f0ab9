// Decimals as receipts and specifications spell them.
#pragma once

#include <string>

namespace gotong::text {

// The shortest text without an exponent that reads back as the same double: "7.5", "5", "-0.25".
// `value` must be finite. Locale plays no part.
std::string decimal(double value);

}  // namespace gotong::text
