// What a model is, to everybody in a pool: its files with their digests, and what may be asked of
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/digest.h"
#include "common/model/file_list.h"
#include "common/result.h"

namespace gotong::model {

inline constexpr std::size_t kMaxLicence = 200;              // Bytes: a name, not the text.
inline constexpr std::size_t kMaxManifestText = 64U << 10U;  // All files with the longest paths.

struct ModelFile {
    std::string path;  // Relative to the model's folder, with forward slashes.
    std::uint64_t size = 0;
    Digest sha256{};

    bool operator==(const ModelFile&) const = default;
};

struct ModelManifest {
    std::string name;                 // text/plain_name.h
    std::string family;               // One of kFamilies (family.h) for what this version adds.
    std::vector<ModelFile> files;     // By path, ascending.
    std::string licence;              // "not stated" when nothing says it.
    std::uint32_t default_width = 0;  // Pixels: what the model was trained for.
    std::uint32_t default_height = 0;
    std::uint32_t size_multiple = 0;  // Width and height must be multiples of it.
    std::uint32_t max_width = 0;
    std::uint32_t max_height = 0;

    bool operator==(const ModelManifest&) const = default;
};

std::vector<FileDigest> files_of(const ModelManifest& manifest);

// Names these very files: digest_of() them.
Digest digest(const ModelManifest& manifest);

// Whether `path` stays inside the folder that it is relative to: segments of letters, digits, '.',
// '_' and '-' that do not begin with a point, between single slashes.
bool is_model_path(std::string_view path);

std::string to_json(const ModelManifest& manifest);

// Errors: invalid_argument with the field at fault, names and paths included: a manifest may come
// from a peer, and its paths are opened.
Result<ModelManifest> manifest_from_json(std::string_view text);

}  // namespace gotong::model
