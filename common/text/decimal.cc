#include "common/text/decimal.h"

#include <charconv>
#include <cmath>
#include <system_error>

#include "common/check.h"

namespace gotong::text {

std::string decimal(double value) {
    check(std::isfinite(value), "only finite numbers have a decimal");
    if (value == 0.0) return "0";  // Zero has no sign here.
    char digits[400];              // The smallest double takes 327 characters, the largest 309.
    const auto [end, error] =
        std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed);
    check(error == std::errc{}, "a double fits 400 characters");
    return {digits, end};
}

}  // namespace gotong::text
