// The small files in the pool's data folder that other programs read.
//
//   endpoints.json   where the running coordinator listens; gone when it has stopped
//   creator.token    the operator's creator token, 0600, written on the first start
//   metrics.token    what Prometheus shows to read /metrics, 0600, written on the first start
//   pool.pub         the pool's public key in base64: what receipts are trusted by
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/crypto/digest.h"
#include "common/crypto/sign.h"
#include "common/result.h"
#include "coordinator/boot/address.h"

namespace gotong::boot {

struct Endpoints {
    Address grpc;
    Address http;
    std::optional<crypto::Digest> fingerprint;  // Of the certificate; absent: no TLS.
};

// Atomic: a reader sees the whole file or none.
Result<> write_endpoints(const std::filesystem::path& data, const Endpoints& endpoints);
void remove_endpoints(const std::filesystem::path& data);

Result<> write_public_key(const std::filesystem::path& data, const crypto::PublicKey& key);

// The token in DIR/creator.token; a new one, durable before this returns, when there is none.
Result<std::string> creator_token(const std::filesystem::path& data);

// The same for DIR/metrics.token.
Result<std::string> metrics_token(const std::filesystem::path& data);

// DIR/admin.sock as gRPC addresses it. invalid_argument when the path is longer than the system
// takes for a socket.
Result<std::string> admin_address(const std::filesystem::path& data);

// DIR/admin.sock becomes 0600. (It is made 0700: prepare_process() has set the umask.)
void close_to_others(const std::filesystem::path& data);

}  // namespace gotong::boot
