#include "common/crypto/sodium.h"

#include <sodium.h>

#include "common/check.h"

namespace gotong::crypto {

void ensure_sodium() {
    static const bool ready = sodium_init() >= 0;
    check(ready, "libsodium finds a source of randomness");
}

}  // namespace gotong::crypto
