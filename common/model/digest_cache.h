// Digests of large files that have not changed since they were last read.
//
// A file is taken for unchanged while device, inode, size, modification and status change time are
// the same: the last one no program can set. A file that changed within the last two seconds is
// hashed again next time, because another change in the same tick of the clock would not show; and
// every digest is taken anew after a week, because disks rot silently.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>

#include "common/crypto/digest.h"
#include "common/result.h"
#include "common/time.h"

namespace gotong::model {

inline constexpr std::chrono::seconds kTooFresh{2};
inline constexpr std::chrono::hours kRecheckAfter{24 * 7};
inline constexpr std::size_t kMaxCacheFile = 4U << 20U;  // Some 20,000 files.

// Not for several threads at once.
class DigestCache {
  public:
    // A missing, unreadable or damaged file is an empty cache: it can only cost time.
    static DigestCache load(const std::filesystem::path& file);
    Result<> save(const std::filesystem::path& file) const;

    // From memory, or by reading the file. Errors: those of sha256_file(); aborted when the file
    // changed while it was read.
    Result<Digest> digest_of(const std::filesystem::path& file, WallTime now);

  private:
    struct Fingerprint {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::uint64_t size = 0;
        std::int64_t modified_ns = 0;
        std::int64_t changed_ns = 0;

        auto operator<=>(const Fingerprint&) const = default;
    };
    struct Known {
        Digest digest{};
        WallTime since;
    };
    static Result<Fingerprint> fingerprint_of(const std::filesystem::path& file);

    std::map<Fingerprint, Known> known_;
};

}  // namespace gotong::model
