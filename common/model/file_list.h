// The files of a model, and the one digest that names them all.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/crypto/digest.h"

namespace gotong::model {

// The largest families need some dozens of files; with these bounds their list fits a receipt.
inline constexpr std::size_t kMaxFiles = 96;
inline constexpr std::size_t kMaxPath = 100;

struct FileDigest {
    std::string path;  // Relative to the model's folder, with forward slashes.
    Digest sha256{};

    bool operator==(const FileDigest&) const = default;
};

// SHA-256 over the lines "<sha256 in hexadecimal>  <path>\n" in ascending order, which is what
// `sha256sum <files> | LC_ALL=C sort | sha256sum` prints.
Digest digest_of(const std::vector<FileDigest>& files);

}  // namespace gotong::model
