#include "common/receipt/known_pools.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <system_error>

#include "common/crypto/base64.h"
#include "common/crypto/digest.h"
#include "common/file/file.h"
#include "common/text/plain_name.h"

namespace gotong::receipt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNone = "-";
constexpr std::size_t kMaxAddress = 300;                // A host name has at most 253 characters.
constexpr std::size_t kMaxFile = kMaxKnownPools * 512;  // A line is below 500 bytes.

std::string or_none(const std::string& field) { return field.empty() ? std::string(kNone) : field; }
std::string without_none(const std::string& field) { return field == kNone ? "" : field; }

std::string line_of(const KnownPool& pool) {
    return pool.name + " " + crypto::base64_encode(pool.key.bytes) + " " + or_none(pool.address) +
           " " + or_none(pool.fingerprint) + "\n";
}

bool is_address(std::string_view address) {
    return address.size() <= kMaxAddress && address != kNone && !address.starts_with('#') &&
           std::all_of(address.begin(), address.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Result<> require_writable(const KnownPool& pool) {
    if (!text::is_plain_name(pool.name)) {
        return fail(ErrorCode::invalid_argument,
                    "a pool's name must be 1 to 64 of a-z, 0-9, '.', '_', '-'", "name");
    }
    if (!is_address(pool.address)) {
        return fail(ErrorCode::invalid_argument, "a pool's address must look like host:port",
                    "address");
    }
    if (!pool.fingerprint.empty() && !crypto::digest_from_hex(pool.fingerprint)) {
        return fail(ErrorCode::invalid_argument,
                    "a certificate's fingerprint must have 64 hexadecimal digits", "fingerprint");
    }
    return {};
}

Result<KnownPool> pool_in(const std::string& line) {
    std::istringstream words(line);
    std::string key;
    KnownPool pool;
    words >> pool.name >> key >> pool.address >> pool.fingerprint;
    const bool whole = static_cast<bool>(words) && (words >> std::ws).eof();
    const Result<std::string> bytes = crypto::base64_decode(key);
    if (!whole || !bytes) {
        return fail(ErrorCode::data_loss, "must hold name, key, address and fingerprint");
    }
    Result<crypto::PublicKey> checked = crypto::checked_public_key(as_bytes(*bytes));
    if (!checked) return Failure{checked.error()};
    pool.key = *checked;
    pool.address = without_none(pool.address);
    pool.fingerprint = without_none(pool.fingerprint);
    return pool;
}

}  // namespace

Result<KnownPools> KnownPools::load(const fs::path& file) {
    const Result<std::string> content = file::read_small(file, kMaxFile);
    KnownPools pools;
    if (!content && content.error().code == ErrorCode::not_found) return pools;
    if (!content) return Failure{content.error()};
    std::istringstream lines(*content);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (line.empty() || line.starts_with('#')) continue;
        const Result<KnownPool> pool = pool_in(line);
        const Result<> added = pool ? pools.add(*pool) : Result<>(Failure{pool.error()});
        if (!added) {
            return fail(ErrorCode::data_loss, file.string() + ", line " + std::to_string(number) +
                                                  ": " + added.error().message);
        }
    }
    return pools;
}

Result<> KnownPools::save(const fs::path& file) const {
    std::error_code failed;
    const fs::path folder = file.parent_path();
    if (!folder.empty() && fs::create_directories(folder, failed)) {
        fs::permissions(folder, fs::perms::owner_all, failed);
    }
    if (failed) {
        return fail(ErrorCode::permission_denied,
                    "create folder " + folder.string() + ": " + failed.message());
    }
    std::string content;
    for (const KnownPool& pool : pools_) content += line_of(pool);
    return file::replace_durable(file, content, file::Access::owner_only);
}

Result<> KnownPools::add(const KnownPool& pool) {
    if (Result<> fits = require_writable(pool); !fits) return fits;
    const KnownPool* neighbour = pool.address.empty() ? nullptr : find_at(pool.address);
    if (neighbour && neighbour->key != pool.key) {
        return fail(ErrorCode::already_exists,
                    "the pool at " + pool.address +
                        " had another key before; if it was set up anew, remove its line from "
                        "your list of known pools, else somebody poses as it",
                    "key");
    }
    const auto same = std::find_if(pools_.begin(), pools_.end(),
                                   [&](const KnownPool& known) { return known.key == pool.key; });
    if (same != pools_.end()) {
        same->name = pool.name;
        // Reached on this machine, it is still the pool that has that address elsewhere.
        if (!pool.address.empty()) {
            same->address = pool.address;
            same->fingerprint = pool.fingerprint;
        }
        return {};
    }
    if (pools_.size() == kMaxKnownPools) {
        return fail(ErrorCode::resource_exhausted,
                    "at most " + std::to_string(kMaxKnownPools) + " pools can be known");
    }
    pools_.push_back(pool);
    return {};
}

const KnownPool* KnownPools::find(const crypto::PublicKey& key) const {
    for (const KnownPool& pool : pools_) {
        if (pool.key == key) return &pool;
    }
    return nullptr;
}

const KnownPool* KnownPools::find_at(std::string_view address) const {
    for (const KnownPool& pool : pools_) {
        if (pool.address == address) return &pool;
    }
    return nullptr;
}

std::vector<crypto::PublicKey> KnownPools::keys() const {
    std::vector<crypto::PublicKey> keys;
    for (const KnownPool& pool : pools_) keys.push_back(pool.key);
    return keys;
}

Result<fs::path> known_pools_path() {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value ? value : "");
    };
    if (const std::string home = variable("GOTONG_HOME"); !home.empty()) {
        return fs::path(home) / "known_pools";
    }
    if (const std::string config = variable("XDG_CONFIG_HOME"); !config.empty()) {
        return fs::path(config) / "gotong" / "known_pools";
    }
    if (const std::string home = variable("HOME"); !home.empty()) {
        return fs::path(home) / ".config" / "gotong" / "known_pools";
    }
    return fail(ErrorCode::failed_precondition,
                "set GOTONG_HOME or HOME, so that the list of known pools has a place");
}

}  // namespace gotong::receipt
