#include "coordinator/cli/pool_key.h"

#include "common/crypto/base64.h"
#include "common/file/file.h"

namespace gotong::cli {
namespace {

constexpr std::size_t kMaxKeyFile = 256;  // One line of 44 characters.

}  // namespace

std::string pool_key_text(const crypto::PublicKey& key) { return crypto::base64_encode(key.bytes); }

Result<crypto::PublicKey> parse_pool_key(std::string_view text) {
    const auto bytes = crypto::base64_decode(text);
    const auto key = bytes ? crypto::checked_public_key(as_bytes(*bytes))
                           : Result<crypto::PublicKey>{Failure{bytes.error()}};
    if (!key)
        return fail(ErrorCode::invalid_argument,
                    "a pool key is 44 characters of base64, as `gotong status` prints it: " +
                        key.error().message,
                    "pool-key");
    return *key;
}

Result<crypto::PublicKey> pool_key_of_folder(const std::filesystem::path& data) {
    const auto text = file::read_small(data / "pool.pub", kMaxKeyFile);
    if (!text) return Failure{text.error().during("no pool lives in " + data.string())};
    return parse_pool_key(std::string_view{*text}.substr(0, text->find_last_not_of(" \r\n") + 1));
}

}  // namespace gotong::cli
