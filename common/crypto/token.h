// Bearer tokens: 256 random bits behind a prefix that secret scanners can look for.
//
// A token is shown once and kept nowhere: stores hold token_hash() of it, logs nothing of it.
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/crypto/digest.h"

namespace gotong::crypto {

// new_token("gtc_") -> "gtc_" and 43 characters of base64url.
std::string new_token(std::string_view prefix);

// SHA-256 of the whole text, prefix included. No salt: a token cannot be guessed.
Digest token_hash(std::string_view token);

// Takes the same time wherever the two differ; different sizes are told at once.
bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace gotong::crypto
