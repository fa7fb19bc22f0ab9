// JSON (RFC 8259) of strangers: no duplicate keys, bounded depth and size, valid UTF-8, nothing
// after the value. nlohmann-json alone keeps the last of two equal keys without a word, which
// would let two readers of one signed text see two things.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/result.h"

namespace gotong::json {

struct Limits {
    std::size_t bytes = 0;
    std::size_t depth = 16;  // Arrays and objects within one another; receipts need 6.
    // Of every kind, keys aside. A value takes up to some hundred bytes once it is read, however
    // short its text is.
    std::size_t values = 500'000;
};

// Errors: invalid_argument, saying which rule was broken. Time grows with the size of the text
// only, and memory too: up to 64 bytes for each of the text.
Result<nlohmann::json> parse_strict(std::string_view text, Limits limits);

}  // namespace gotong::json
