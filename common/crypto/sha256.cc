#include "common/crypto/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "common/check.h"

namespace gotong::crypto {

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();

    State() { restart(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { EVP_MD_CTX_free(context); }

    void restart() {
        check(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1,
              "OpenSSL provides SHA-256");
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
    Sha256 hash;
    hash.update(message);
    return hash.finish();
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

Digest hmac_sha256(ByteView key, ByteView message) {
    constexpr std::uint8_t kNone = 0;  // OpenSSL reads a null key as "the previous one".
    Digest digest{};
    const auto* made =
        HMAC(EVP_sha256(), key.empty() ? &kNone : key.data(), static_cast<int>(key.size()),
             message.data(), message.size(), digest.data(), nullptr);
    check(made != nullptr, "OpenSSL provides HMAC-SHA-256");
    return digest;
}

}  // namespace gotong::crypto
