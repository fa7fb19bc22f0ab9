// A SHA-256 digest and its one text form: 64 lower-case hexadecimal digits.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/result.h"

namespace gotong {

using Digest = std::array<std::uint8_t, 32>;

}  // namespace gotong

namespace gotong::crypto {

using gotong::Digest;

// Lower-case hexadecimal of any bytes: a Digest, a key.
std::string to_hex(ByteView bytes);

// The inverse of to_hex() for a Digest. Errors: invalid_argument for anything else, upper case
// included, so that a digest has one spelling.
Result<Digest> digest_from_hex(std::string_view hex);

}  // namespace gotong::crypto
