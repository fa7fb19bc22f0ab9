// Ed25519 signatures. libsodium's rule for what verifies is the normative one: it refuses
// low-order and non-canonical points, where other libraries differ among themselves.
//
// Never sign bytes that a peer chose: what is signed goes through receipt/dsse, which names its
// type.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <string>

#include "common/bytes.h"
#include "common/ids.h"
#include "common/result.h"

namespace gotong::crypto {

struct PublicKey {
    std::array<std::uint8_t, 32> bytes{};

    auto operator<=>(const PublicKey&) const = default;
};

struct Signature {
    std::array<std::uint8_t, 64> bytes{};

    auto operator<=>(const Signature&) const = default;
};

// A private key in locked memory that is wiped when it goes. One owner; const calls from several
// threads are fine.
class SigningKey {
  public:
    static SigningKey generate();

    // RFC 8032's 32-byte private key. Errors: invalid_argument for any other size.
    static Result<SigningKey> from_seed(ByteView seed);

    // The key in the file, or a fresh one that is on disk before this returns. A missing folder is
    // made, 0700; the file is 0600.
    //
    // Errors: permission_denied when anyone but the owner may read the file, with the command that
    // mends it; data_loss when it does not hold a key.
    static Result<SigningKey> load_or_create(const std::filesystem::path& path);

    SigningKey(SigningKey&& other) noexcept;
    SigningKey& operator=(SigningKey&& other) noexcept;
    ~SigningKey();

    const PublicKey& public_key() const { return public_key_; }
    Signature sign(ByteView message) const;

  private:
    SigningKey();
    Result<> store_as(const std::filesystem::path& path) const;

    PublicKey public_key_;
    std::uint8_t* secret_;  // 64 bytes from sodium_malloc: seed, then public key.
};

bool verify(const PublicKey& key, ByteView message, const Signature& signature);

// A key that every library agrees about: canonical encoding, on the curve, in the main subgroup.
// Errors: invalid_argument. Every key that comes from outside passes here once.
Result<PublicKey> checked_public_key(ByteView bytes);

// Lower-case hexadecimal SHA-256 of the 32 raw bytes.
std::string key_id(const PublicKey& key);

// The first 16 bytes of the same hash.
WorkerId worker_id_of(const PublicKey& key);

}  // namespace gotong::crypto
