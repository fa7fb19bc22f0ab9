#include "common/receipt/prompt_commitment.h"

#include "common/crypto/sha256.h"

namespace gotong::receipt {

Digest prompt_commitment(std::string_view salt, std::string_view prompt) {
    return crypto::hmac_sha256(as_bytes(salt), as_bytes(prompt));
}

}  // namespace gotong::receipt
