// backup.json: what a backup of a pool says of itself. A folder without it is no whole backup.
//
// Pictures and uploads are named by their digests, so the list holds the other files alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/digest.h"
#include "common/result.h"
#include "common/time.h"

namespace gotong::archive {

inline constexpr const char* kManifestName = "backup.json";
inline constexpr std::size_t kMaxManifest = std::size_t{16} << 20U;  // Bytes.

struct ArchivedFile {
    std::string path;  // Within the folder, with slashes.
    std::uint64_t size = 0;
    crypto::Digest sha256{};

    bool operator==(const ArchivedFile&) const = default;
};

struct Manifest {
    std::string pool;  // Its name.
    WallTime taken{};
    std::uint64_t pictures = 0;
    std::uint64_t uploads = 0;
    std::vector<ArchivedFile> files{};
    std::vector<crypto::Digest> lost{};  // Pictures that the pool itself had no more, or damaged.

    bool operator==(const Manifest&) const = default;
};

std::string to_json(const Manifest& manifest);

// Errors: invalid_argument for a text that is no manifest, or whose paths leave the folder;
// failed_precondition for one that a later Gotong wrote.
Result<Manifest> manifest_from_json(std::string_view text);

}  // namespace gotong::archive
