// A pool's public key as people pass it around: base64 of its 32 bytes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/crypto/sign.h"
#include "common/result.h"

namespace gotong::cli {

std::string pool_key_text(const crypto::PublicKey& key);

// Errors: invalid_argument for anything that is not a sound key in that spelling.
Result<crypto::PublicKey> parse_pool_key(std::string_view text);

// The key of the pool that lives in the folder (pool.pub).
Result<crypto::PublicKey> pool_key_of_folder(const std::filesystem::path& data);

}  // namespace gotong::cli
