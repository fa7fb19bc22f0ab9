// SHA-256 and HMAC-SHA-256 (OpenSSL, which uses the processor's SHA instructions: weights are
// gigabytes).
#pragma once

#include <filesystem>
#include <memory>

#include "common/bytes.h"
#include "common/crypto/digest.h"
#include "common/result.h"

namespace gotong::crypto {

Digest sha256(ByteView message);

// The digest of a message that comes in pieces. Not for several threads at once.
class Sha256 {
  public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();

    void update(ByteView piece);

    // The digest of everything so far; the object then starts a new message.
    Digest finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Reads the file once, 1 MiB at a time. Errors: not_found, permission_denied, data_loss when
// reading fails half-way.
Result<Digest> sha256_file(const std::filesystem::path& path);

// RFC 2104. The key may have any length.
Digest hmac_sha256(ByteView key, ByteView message);

}  // namespace gotong::crypto
