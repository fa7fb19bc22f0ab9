#include "common/crypto/sha256.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "common/check.h"

namespace gotong::crypto {

namespace {

// Asked for once: looking it up costs more than hashing what is short.
const EVP_MD* algorithm() {
    static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    check(found != nullptr, "OpenSSL provides SHA-256");
    return found;
}

// An empty view may hold a null pointer, which libsodium must not be given.
const std::uint8_t* start_of(ByteView bytes) {
    static constexpr std::uint8_t kNothing = 0;
    return bytes.empty() ? &kNothing : bytes.data();
}

}  // namespace

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();

    State() { restart(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { EVP_MD_CTX_free(context); }

    void restart() {
        check(context != nullptr && EVP_DigestInit_ex(context, algorithm(), nullptr) == 1,
              "SHA-256 begins");
    }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(ByteView piece) {
    check(EVP_DigestUpdate(state_->context, piece.data(), piece.size()) == 1,
          "SHA-256 takes any bytes");
}

Digest Sha256::finish() {
    Digest digest{};
    check(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1, "SHA-256 finishes");
    state_->restart();
    return digest;
}

Digest sha256(ByteView message) {
    Digest digest{};
    check(EVP_Digest(message.data(), message.size(), digest.data(), nullptr, algorithm(),
                     nullptr) == 1,
          "SHA-256 takes any bytes");
    return digest;
}

Result<Digest> sha256_file(const std::filesystem::path& path) {
    constexpr std::size_t kPiece = 1U << 20U;  // Large enough that the calls cost nothing.
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                               &std::fclose);
    if (!file) {
        const int number = errno;
        const bool missing = number == ENOENT || number == ENOTDIR;
        return fail(missing ? ErrorCode::not_found : ErrorCode::permission_denied,
                    "open " + path.string() + ": " + std::strerror(number));
    }
    Sha256 hash;
    std::vector<std::uint8_t> piece(kPiece);
    while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), file.get())) {
        hash.update({piece.data(), got});
    }
    if (std::ferror(file.get()) != 0) {
        return fail(ErrorCode::data_loss, "read " + path.string() + ": " + std::strerror(errno));
    }
    return hash.finish();
}

// libsodium's, because OpenSSL looks three algorithms up for each call.
Digest hmac_sha256(ByteView key, ByteView message) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, start_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, start_of(message), message.size());
    Digest digest{};
    crypto_auth_hmacsha256_final(&state, digest.data());
    return digest;
}

}  // namespace gotong::crypto
