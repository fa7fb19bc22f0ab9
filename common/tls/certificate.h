// The certificate that a server shows: how a client pins a pool that no authority vouches for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/crypto/digest.h"
#include "common/result.h"

// OpenSSL's own names, so that nobody else has to include it.
struct ssl_st;

namespace gotong::tls {

struct Certificate {
    crypto::Digest fingerprint{};  // SHA-256 of its DER form.
    std::string pem;
    bool self_signed = false;  // Issued by itself: pinned as it is, never renewed behind our back.
};

// Connects, shakes hands, and hangs up. Nothing is verified: the caller compares the fingerprint.
//
// nullopt: something listens there and speaks no TLS. Errors: unavailable when nothing listens or
// answers within `patience`.
Result<std::optional<Certificate>> server_certificate(const std::string& host, std::uint16_t port,
                                                      std::chrono::milliseconds patience);

// Says which host is meant, before the handshake: to the server (SNI; addresses are not names and
// are left out) and to the check of its certificate, whose outcome is_verified() tells.
void expect_host(ssl_st* connection, const std::string& host);

// After the handshake: whether the context's roots vouch for the server's certificate and it is for
// the expected host.
bool is_verified(ssl_st* connection);

// Of a connection whose handshake is done; nullopt when the server showed none.
std::optional<crypto::Digest> peer_fingerprint(ssl_st* connection);

}  // namespace gotong::tls
