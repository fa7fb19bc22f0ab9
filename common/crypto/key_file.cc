// The private key on disk: one line, "gotong-ed25519-v1 <64 hexadecimal digits of the seed>".

#include <sodium.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "common/crypto/digest.h"
#include "common/crypto/sign.h"
#include "common/file/file.h"

namespace gotong::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "gotong-ed25519-v1 ";
constexpr std::size_t kFileSize = kPrefix.size() + 64 + 1;

Result<> require_private(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        return fail(ErrorCode::permission_denied,
                    "inspect " + path.string() + ": " + std::strerror(errno));
    }
    if ((status.st_mode & 077U) == 0) return {};
    return fail(ErrorCode::permission_denied,
                "others may read the private key " + path.string() +
                    ", so it is not used; if nobody has copied it, run: chmod 600 " +
                    path.string());
}

Result<Digest> seed_in(std::string_view content, const fs::path& path) {
    const Failure broken =
        fail(ErrorCode::data_loss,
             path.string() +
                 " does not hold a signing key; restore it, or move it away to get a new "
                 "identity");
    if (content.size() != kFileSize || !content.starts_with(kPrefix) || content.back() != '\n') {
        return broken;
    }
    content.remove_prefix(kPrefix.size());
    content.remove_suffix(1);
    Result<Digest> seed = digest_from_hex(content);
    if (!seed) return broken;
    return seed;
}

Result<> make_private_folder(const fs::path& folder) {
    std::error_code failed;
    const bool is_new = !folder.empty() && fs::create_directories(folder, failed);
    if (is_new && !failed) fs::permissions(folder, fs::perms::owner_all, failed);
    if (!failed) return {};
    return fail(ErrorCode::permission_denied,
                "create folder " + folder.string() + ": " + failed.message());
}

}  // namespace

Result<> SigningKey::store_as(const fs::path& path) const {
    if (Result<> made = make_private_folder(path.parent_path()); !made) return made;
    std::string content = std::string(kPrefix) + to_hex({secret_, crypto_sign_SEEDBYTES}) + "\n";
    Result<> stored = file::create_durable(path, content, file::Access::owner_only);
    sodium_memzero(content.data(), content.size());
    return stored;
}

Result<SigningKey> SigningKey::load_or_create(const fs::path& path) {
    Result<std::string> content = file::read_small(path, kFileSize);
    if (!content && content.error().code == ErrorCode::not_found) {
        SigningKey fresh = generate();
        const Result<> stored = fresh.store_as(path);
        if (stored) return fresh;
        // Another process has just made one: that one is the key.
        if (stored.error().code == ErrorCode::already_exists) return load_or_create(path);
        return Failure{stored.error()};
    }
    if (!content) return Failure{content.error().during("load signing key")};
    Result<> is_private = require_private(path);
    Result<Digest> seed = seed_in(*content, path);
    sodium_memzero(content->data(), content->size());
    if (!is_private) return Failure{is_private.error()};
    if (!seed) return Failure{seed.error()};
    Result<SigningKey> key = from_seed(*seed);
    sodium_memzero(seed->data(), seed->size());
    return key;
}

}  // namespace gotong::crypto
