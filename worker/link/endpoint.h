// Where the pool is and how this worker knows that it is the pool.
#pragma once

#include <optional>
#include <string>

#include "common/crypto/digest.h"
#include "common/crypto/sign.h"

namespace gotong::link {

struct Endpoint {
    std::string address{};                // "HOST:PORT" of the pool's gRPC.
    std::optional<Digest> fingerprint{};  // Of its certificate; absent: no TLS (loopback only).
    bool web_trusted = false;             // The system's roots verify it; it may be renewed.
    crypto::PublicKey pool_key{};
};

}  // namespace gotong::link
