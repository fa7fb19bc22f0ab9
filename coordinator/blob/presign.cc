#include "coordinator/blob/presign.h"

#include <algorithm>
#include <charconv>

#include "common/crypto/base64.h"
#include "common/crypto/random.h"
#include "common/crypto/sha256.h"
#include "common/crypto/token.h"
#include "common/file/file.h"

namespace gotong::blob {
namespace {

constexpr std::string_view kWhat = "gotong-presign-v1";  // No other HMAC under this key, ever.

// The decimal after `name` in "a=1&b=2"; nullopt when it is missing or no number. Whether the
// spelling was the right one is seen when the whole is written again.
template <class Number>
std::optional<Number> number_in(std::string_view query, std::string_view name) {
    const std::size_t at = query.find(name);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view text = query.substr(at + name.size());
    Number number{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{}) return std::nullopt;
    return number;
}

Failure not_signed() {
    return fail(ErrorCode::permission_denied,
                "this URL is not one that the pool has signed; ask the pool for a new one");
}

std::string path_of(const InputName& name) {
    return "/inputs/" + name.account.to_hex() + "/" + crypto::to_hex(name.sha256);
}

Result<> create_key(const std::filesystem::path& path) {
    crypto::Digest key{};
    crypto::fill(key);
    Result<> created = file::create_durable(path, as_text(key), file::Access::owner_only);
    if (created || created.error().code == ErrorCode::already_exists) return {};
    return created;
}

}  // namespace

Result<Presigner> Presigner::load_or_create(const std::filesystem::path& path) {
    if (Result<> created = create_key(path); !created) return Failure{created.error()};
    crypto::Digest key{};
    const Result<std::string> content = file::read_small(path, key.size());
    if (!content && content.error().code != ErrorCode::resource_exhausted) {
        return Failure{content.error()};
    }
    if (!content || content->size() != key.size()) {
        return fail(ErrorCode::data_loss, path.string() +
                                              " does not hold a key of 32 bytes; move it away to "
                                              "get a new one");
    }
    std::copy(content->begin(), content->end(), key.begin());
    return Presigner(key);
}

std::string Presigner::put_blob(const crypto::Digest& sha256, std::uint64_t size,
                                WallTime expires) const {
    return spell({Method::put, "/blobs/" + crypto::to_hex(sha256), size, expires});
}

std::string Presigner::get_blob(const crypto::Digest& sha256, WallTime expires) const {
    return spell({Method::get, "/blobs/" + crypto::to_hex(sha256), 0, expires});
}

std::string Presigner::get_picture(JobId job, WallTime expires) const {
    return spell({Method::get, "/pictures/" + job.to_hex() + ".png", 0, expires});
}

std::string Presigner::put_input(const InputName& name, std::uint64_t size,
                                 WallTime expires) const {
    return spell({Method::put, path_of(name), size, expires});
}

std::string Presigner::get_input(const InputName& name, WallTime expires) const {
    return spell({Method::get, path_of(name), 0, expires});
}

std::string Presigner::spell(const Grant& grant) const {
    const bool is_put = grant.method == Method::put;
    const std::string expires = std::to_string(grant.expires.time_since_epoch().count());
    std::string message{kWhat};
    for (const std::string& part :
         {std::string(is_put ? "PUT" : "GET"), grant.path, std::to_string(grant.size), expires}) {
        message += '\n' + part;
    }
    const crypto::Digest signature = crypto::hmac_sha256(key_, as_bytes(message));
    return grant.path + "?exp=" + expires + (is_put ? "&size=" + std::to_string(grant.size) : "") +
           "&sig=" + crypto::base64url_encode(signature);
}

Result<Grant> Presigner::check(Method method, std::string_view target, WallTime now) const {
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return not_signed();
    const std::string_view query = target.substr(mark + 1);
    const auto expires = number_in<std::int64_t>(query, "exp=");
    const auto size = number_in<std::uint64_t>(query, "&size=");
    if (!expires || (method == Method::put) != size.has_value()) return not_signed();
    const Grant grant{method, std::string(target.substr(0, mark)), size.value_or(0),
                      WallTime{std::chrono::milliseconds{*expires}}};
    if (!crypto::equal_in_constant_time(as_bytes(spell(grant)), as_bytes(target))) {
        return not_signed();
    }
    if (now >= grant.expires) {
        return fail(ErrorCode::deadline_exceeded,
                    "this URL has expired; ask the pool for a new one");
    }
    return grant;
}

}  // namespace gotong::blob
