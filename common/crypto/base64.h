// Base64 (RFC 4648) in which every byte string has exactly one spelling: decoders refuse line
// breaks, missing or extra padding, the other alphabet, and unused bits that are not zero.
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/result.h"

namespace gotong::crypto {

// Standard alphabet, padded with '='.
std::string base64_encode(ByteView bytes);
Result<std::string> base64_decode(std::string_view text);

// URL-safe alphabet, no padding.
std::string base64url_encode(ByteView bytes);
Result<std::string> base64url_decode(std::string_view text);

}  // namespace gotong::crypto
