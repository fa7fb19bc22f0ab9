#include "common/crypto/sign.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "common/crypto/sha256.h"
#include "common/crypto/sodium.h"

namespace gotong::crypto {

SigningKey::SigningKey() : secret_(nullptr) {
    ensure_sodium();
    secret_ = static_cast<std::uint8_t*>(sodium_malloc(crypto_sign_SECRETKEYBYTES));
    check(secret_ != nullptr, "there is memory for a signing key");
}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : public_key_(other.public_key_), secret_(std::exchange(other.secret_, nullptr)) {}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
    std::swap(public_key_, other.public_key_);
    std::swap(secret_, other.secret_);
    return *this;
}

SigningKey::~SigningKey() {
    sodium_free(secret_);  // Wipes first; nothing to do for a moved-from key.
}

SigningKey SigningKey::generate() {
    SigningKey key;
    crypto_sign_keypair(key.public_key_.bytes.data(), key.secret_);
    sodium_mprotect_readonly(key.secret_);
    return key;
}

Result<SigningKey> SigningKey::from_seed(ByteView seed) {
    if (seed.size() != crypto_sign_SEEDBYTES) {
        return fail(ErrorCode::invalid_argument,
                    "an Ed25519 private key has 32 bytes, not " + std::to_string(seed.size()));
    }
    SigningKey key;
    crypto_sign_seed_keypair(key.public_key_.bytes.data(), key.secret_, seed.data());
    sodium_mprotect_readonly(key.secret_);
    return key;
}

Signature SigningKey::sign(ByteView message) const {
    Signature signature;
    crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(), secret_);
    return signature;
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
    return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                       key.bytes.data()) == 0;
}

Result<PublicKey> checked_public_key(ByteView bytes) {
    PublicKey key;
    if (bytes.size() != key.bytes.size()) {
        return fail(ErrorCode::invalid_argument,
                    "an Ed25519 public key has 32 bytes, not " + std::to_string(bytes.size()));
    }
    std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
    if (crypto_core_ed25519_is_valid_point(key.bytes.data()) != 1) {
        return fail(ErrorCode::invalid_argument,
                    "this is not a sound Ed25519 public key (low order or not canonical)");
    }
    return key;
}

std::string key_id(const PublicKey& key) { return to_hex(sha256(key.bytes)); }

WorkerId worker_id_of(const PublicKey& key) {
    const Digest digest = sha256(key.bytes);
    WorkerId id;
    std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

}  // namespace gotong::crypto
