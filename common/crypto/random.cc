#include "common/crypto/random.h"

#include <sodium.h>

#include "common/crypto/sodium.h"

namespace gotong::crypto {

void fill(std::span<std::uint8_t> bytes) {
    ensure_sodium();
    randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace gotong::crypto
