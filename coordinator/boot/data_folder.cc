#include "coordinator/boot/data_folder.h"

#include <sys/un.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "common/crypto/base64.h"
#include "common/crypto/token.h"
#include "common/file/file.h"

namespace gotong::boot {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxToken = 256;

std::string without_newline(std::string text) {
    text.erase(text.find_last_not_of("\r\n \t") + 1);
    return text;
}

Result<std::string> token_in(const fs::path& path, const char* prefix) {
    auto kept = file::read_small(path, kMaxToken);
    if (kept) return without_newline(*std::move(kept));
    if (kept.error().code != ErrorCode::not_found) return Failure(kept.error());
    const std::string token = crypto::new_token(prefix);
    const auto written = file::create_durable(path, token + "\n", file::Access::owner_only);
    if (!written) return Failure(written.error().during(path.string()));
    return token;
}

}  // namespace

Result<> write_endpoints(const fs::path& data, const Endpoints& endpoints) {
    nlohmann::ordered_json json{{"grpc", endpoints.grpc.text()},
                                {"http", endpoints.http.text()},
                                {"tls", endpoints.fingerprint.has_value()}};
    if (endpoints.fingerprint) json["fingerprint"] = crypto::to_hex(*endpoints.fingerprint);
    json["pid"] = getpid();
    return file::replace_durable(data / "endpoints.json", json.dump(2) + "\n",
                                 file::Access::everyone);
}

void remove_endpoints(const fs::path& data) {
    std::error_code ignored;
    fs::remove(data / "endpoints.json", ignored);
}

Result<> write_public_key(const fs::path& data, const crypto::PublicKey& key) {
    return file::replace_durable(data / "pool.pub", crypto::base64_encode(key.bytes) + "\n",
                                 file::Access::everyone);
}

Result<std::string> creator_token(const fs::path& data) {
    return token_in(data / "creator.token", "gtc_");
}

Result<std::string> metrics_token(const fs::path& data) {
    return token_in(data / "metrics.token", "gtm_");
}

Result<std::string> admin_address(const fs::path& data) {
    const std::string path = fs::absolute(data / "admin.sock").string();
    constexpr std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
    if (path.size() <= most) return "unix:" + path;
    return fail(ErrorCode::invalid_argument,
                "the data folder's path is " + std::to_string(path.size() - most) +
                    " characters too long for the socket in it; choose a shorter --data",
                "data");
}

void close_to_others(const fs::path& data) {
    std::error_code ignored;
    fs::permissions(data / "admin.sock", fs::perms::owner_read | fs::perms::owner_write, ignored);
}

}  // namespace gotong::boot
