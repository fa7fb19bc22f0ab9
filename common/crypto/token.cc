#include "common/crypto/token.h"

#include <sodium.h>

#include "common/crypto/base64.h"
#include "common/crypto/random.h"
#include "common/crypto/sha256.h"

namespace gotong::crypto {

std::string new_token(std::string_view prefix) {
    Digest secret{};
    fill(secret);
    std::string token = std::string(prefix) + base64url_encode(secret);
    sodium_memzero(secret.data(), secret.size());
    return token;
}

Digest token_hash(std::string_view token) { return sha256(as_bytes(token)); }

bool equal_in_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace gotong::crypto
