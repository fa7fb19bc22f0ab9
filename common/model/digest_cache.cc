#include "common/model/digest_cache.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <string>

#include "common/crypto/sha256.h"
#include "common/file/file.h"

namespace gotong::model {
namespace {

std::int64_t nanoseconds(const timespec& time) {
    constexpr std::int64_t kPerSecond = 1'000'000'000;
    return std::int64_t{time.tv_sec} * kPerSecond + time.tv_nsec;
}

}  // namespace

Result<DigestCache::Fingerprint> DigestCache::fingerprint_of(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) {
        return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::permission_denied,
                    "inspect " + file.string() + ": " + std::strerror(errno));
    }
    return Fingerprint{status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
                       nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

// A line: device inode size modified changed since-in-ms digest.
DigestCache DigestCache::load(const std::filesystem::path& file) {
    DigestCache cache;
    const Result<std::string> content = file::read_small(file, kMaxCacheFile);
    if (!content) return cache;
    std::istringstream lines(*content);
    Fingerprint of;
    std::int64_t since = 0;
    std::string hex;
    while (lines >> of.device >> of.inode >> of.size >> of.modified_ns >> of.changed_ns >> since >>
           hex) {
        const Result<Digest> digest = crypto::digest_from_hex(hex);
        if (!digest) return {};
        cache.known_[of] = {*digest, WallTime(std::chrono::milliseconds(since))};
    }
    if (!lines.eof()) return {};
    return cache;
}

Result<> DigestCache::save(const std::filesystem::path& file) const {
    std::ostringstream lines;
    for (const auto& [of, known] : known_) {
        lines << of.device << ' ' << of.inode << ' ' << of.size << ' ' << of.modified_ns << ' '
              << of.changed_ns << ' ' << known.since.time_since_epoch().count() << ' '
              << crypto::to_hex(known.digest) << '\n';
    }
    return file::replace_durable(file, lines.str(), file::Access::owner_only);
}

Result<Digest> DigestCache::digest_of(const std::filesystem::path& file, WallTime now) {
    const Result<Fingerprint> before = fingerprint_of(file);
    if (!before) return Failure{before.error()};
    const auto found = known_.find(*before);
    if (found != known_.end() && now - found->second.since < kRecheckAfter) {
        return found->second.digest;
    }
    Result<Digest> digest = crypto::sha256_file(file);
    if (!digest) return digest;
    const Result<Fingerprint> after = fingerprint_of(file);
    if (!after || *after != *before) {
        return fail(ErrorCode::aborted, file.string() + " changed while it was read");
    }
    const std::chrono::nanoseconds age =
        now.time_since_epoch() - std::chrono::nanoseconds(after->changed_ns);
    if (age > kTooFresh) known_[*after] = {*digest, now};
    return digest;
}

}  // namespace gotong::model
