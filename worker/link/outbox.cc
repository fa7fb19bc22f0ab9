#include "worker/link/outbox.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <system_error>

#include "common/crypto/sha256.h"
#include "common/file/file.h"
#include "common/file/unique_fd.h"

namespace gotong::link {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStatement = "statement.json";
constexpr const char* kPicture = "picture.png";
constexpr const char* kHalfWritten = ".new";
constexpr const char* kDamaged = ".damaged";
// What the pool stores at most; our own pictures are far below.
constexpr std::size_t kMaxPicture = 32U << 20U;
constexpr std::size_t kMaxStatement = 64U << 10U;
constexpr std::size_t kJobDigits = 32;

Result<> sync_folder(const fs::path& folder) {
    const file::UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) != 0)
        return fail(ErrorCode::internal, folder.string() + " cannot be synced");
    return {};
}

// "<32 hexadecimal digits>-<attempt>"
std::optional<worker::Lease> lease_of(const std::string& name) {
    if (name.size() < kJobDigits + 2 || name[kJobDigits] != '-') return std::nullopt;
    const auto job = JobId::from_hex(name.substr(0, kJobDigits));
    worker::Lease lease;
    const char* const end = name.data() + name.size();
    const auto [stopped, error] = std::from_chars(name.data() + kJobDigits + 1, end, lease.attempt);
    if (!job || error != std::errc{} || stopped != end) return std::nullopt;
    lease.job = *job;
    return lease;
}

void move_aside(const fs::path& entry) {
    std::error_code ignored;
    fs::path damaged = entry;
    damaged += kDamaged;
    fs::remove_all(damaged, ignored);
    fs::rename(entry, damaged, ignored);
}

}  // namespace

Result<Outbox> Outbox::open(fs::path folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return fail(ErrorCode::permission_denied, folder.string() + ": " + error.message());
    fs::permissions(folder, fs::perms::owner_all, error);
    for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        if (at->path().extension() == kHalfWritten) fs::remove_all(at->path(), ignored);
    }
    return Outbox{std::move(folder)};
}

std::vector<worker::KeptResult> Outbox::list() const {
    std::vector<worker::KeptResult> results;
    std::vector<fs::path> damaged;
    std::error_code error;
    for (fs::directory_iterator at{folder_, error}, end; !error && at != end; at.increment(error)) {
        const auto lease = lease_of(at->path().filename().string());
        if (!lease) continue;
        const auto png = picture(*lease);
        if (png && statement(*lease))
            results.push_back({*lease, {crypto::sha256(as_bytes(*png)), png->size()}});
        else
            damaged.push_back(at->path());
    }
    for (const fs::path& entry : damaged) move_aside(entry);
    return results;
}

Result<worker::Kept> Outbox::put(const worker::Lease& lease, const receipt::Envelope& envelope,
                                 const std::string& png) const {
    std::error_code error;
    const fs::path whole = entry(lease);
    fs::path half = whole;
    half += kHalfWritten;
    fs::remove_all(half, error);
    fs::create_directory(half, error);
    if (error) return fail(ErrorCode::internal, half.string() + ": " + error.message());
    if (auto r = file::create_durable(half / kPicture, png, file::Access::owner_only); !r)
        return Failure{r.error()};
    if (auto r = file::create_durable(half / kStatement, receipt::serialise(envelope),
                                      file::Access::owner_only);
        !r)
        return Failure{r.error()};
    fs::rename(half, whole, error);
    if (error) return fail(ErrorCode::internal, whole.string() + ": " + error.message());
    if (auto r = sync_folder(folder_); !r) return Failure{r.error()};
    return worker::Kept{crypto::sha256(as_bytes(png)), png.size()};
}

Result<receipt::Envelope> Outbox::statement(const worker::Lease& lease) const {
    const auto text = file::read_small(entry(lease) / kStatement, kMaxStatement);
    if (!text) return Failure{text.error()};
    return receipt::parse_envelope(*text);
}

Result<std::string> Outbox::picture(const worker::Lease& lease) const {
    return file::read_small(entry(lease) / kPicture, kMaxPicture);
}

void Outbox::drop(const worker::Lease& lease) const {
    std::error_code ignored;  // What stays is reported again, and acked as a duplicate.
    fs::remove_all(entry(lease), ignored);
}

fs::path Outbox::entry(const worker::Lease& lease) const {
    return folder_ / (lease.job.to_hex() + "-" + std::to_string(lease.attempt));
}

}  // namespace gotong::link
