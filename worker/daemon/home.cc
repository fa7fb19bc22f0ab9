#include "worker/daemon/home.h"

#include <fcntl.h>
#include <sys/file.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "common/bytes.h"
#include "common/crypto/base64.h"
#include "common/file/file.h"
#include "common/json/reader.h"
#include "common/json/strict.h"

namespace gotong::daemon {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMembership = "worker.json";
constexpr std::size_t kMaxMembership = 128U << 10U;  // An envelope and a few paths.

std::string to_json(const Membership& membership) {
    nlohmann::ordered_json json{
        {"pool", membership.pool_name},
        {"poolKey", crypto::base64_encode(membership.pool.pool_key.bytes)},
        {"address", membership.pool.address},
        {"certificate", membership.pool.fingerprint ? crypto::to_hex(*membership.pool.fingerprint)
                                                    : std::string{}},
        {"webTrusted", membership.pool.web_trusted ? "yes" : "no"},
        {"models", membership.models.string()},
        {"enrolment", receipt::serialise(membership.enrolment)}};
    return json.dump(2) + "\n";
}

Result<Membership> from_json(const nlohmann::json& json) {
    std::optional<Error> wrong;
    json::Reader root{json, wrong};
    Membership membership;
    membership.pool_name = root.text("pool");
    const std::string key = root.text("poolKey");
    membership.pool.address = root.text("address");
    if (!root.text("certificate").empty()) membership.pool.fingerprint = root.digest("certificate");
    membership.pool.web_trusted = root.text("webTrusted") == "yes";
    membership.models = root.text("models");
    const std::string enrolment = root.text("enrolment");
    if (wrong) return Failure{*wrong};
    const auto raw = crypto::base64_decode(key);
    if (!raw) return Failure{raw.error()};
    const auto pool_key = crypto::checked_public_key(as_bytes(*raw));
    if (!pool_key) return Failure{pool_key.error()};
    membership.pool.pool_key = *pool_key;
    auto envelope = receipt::parse_envelope(enrolment);
    if (!envelope) return Failure{envelope.error()};
    membership.enrolment = std::move(*envelope);
    return membership;
}

}  // namespace

Result<Home> Home::open(const fs::path& folder) {
    std::error_code error;
    const bool is_new = fs::create_directories(folder, error);
    if (error)
        return fail(ErrorCode::permission_denied, folder.string() + ": " + error.message(), "data");
    if (is_new) fs::permissions(folder, fs::perms::owner_all, error);
    const fs::path lock = folder / "worker.lock";
    file::UniqueFd fd{::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!fd)
        return fail(ErrorCode::permission_denied, "cannot write in " + folder.string(), "data");
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorCode::failed_precondition,
                    "another gotong-worker works from " + folder.string() +
                        "; stop it, or give this one a --data folder of its own",
                    "data");
    return Home{fs::absolute(folder), std::move(fd)};
}

Result<Membership> Home::membership() const {
    const auto text = file::read_small(folder_ / kMembership, kMaxMembership);
    if (!text && text.error().code == ErrorCode::not_found)
        return fail(ErrorCode::not_found, folder_.string() +
                                              " belongs to no pool yet; run gotong-worker join "
                                              "INVITE --data " +
                                              folder_.string() + " --models DIR");
    if (!text) return Failure{text.error()};
    const auto json = json::parse_strict(*text, {.bytes = kMaxMembership});
    if (!json)
        return fail(ErrorCode::data_loss, std::string{kMembership} + ": " + json.error().message);
    auto membership = from_json(*json);
    if (!membership)
        return fail(ErrorCode::data_loss,
                    std::string{kMembership} + ": " + membership.error().message);
    return membership;
}

Result<> Home::remember(const Membership& membership) const {
    return file::replace_durable(folder_ / kMembership, to_json(membership),
                                 file::Access::owner_only);
}

}  // namespace gotong::daemon
