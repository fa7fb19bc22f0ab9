// JSON with one reading only: duplicate keys, bytes after the end, invalid UTF-8 and endless
// nesting are errors.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/result.h"

namespace gotong::engine {

struct JsonLimits {
    int depth;           // Of nested objects and lists.
    std::size_t values;  // Objects, lists, keys and plain values together: bounds the memory.
};

// Errors: invalid_argument, with the offset or the key at fault.
Result<nlohmann::json> parse_strict_json(std::string_view text, const JsonLimits& limits);

}  // namespace gotong::engine
