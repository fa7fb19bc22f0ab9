#include "common/invite/invite.h"

#include <nlohmann/json.hpp>

#include "common/bytes.h"
#include "common/crypto/base64.h"

namespace gotong::invite {
namespace {

using nlohmann::json;

// Ten times what the longest legal invite takes; bounds the work for text from anywhere.
constexpr std::size_t kMaxInviteBytes = 8'192;

Failure not_an_invite(std::string_view why) {
    return fail(ErrorCode::invalid_argument,
                "this is not a whole invite (" + std::string(why) +
                    "); paste the line that `gotong invite` printed, from gotong1: to its end",
                "invite");
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The member, or an empty string when it is absent or no string.
std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

Result<std::optional<crypto::Digest>> fingerprint_of(const json& object) {
    if (!object.contains("f")) return std::optional<crypto::Digest>{};
    auto digest = crypto::digest_from_hex(text_of(object, "f"));
    if (!digest) return not_an_invite("its certificate fingerprint is malformed");
    return std::optional<crypto::Digest>{*digest};
}

Result<crypto::PublicKey> pool_key_of(const json& object) {
    const auto raw = crypto::base64_decode(text_of(object, "k"));
    if (!raw) return not_an_invite("its pool key is malformed");
    auto key = crypto::checked_public_key(as_bytes(*raw));
    if (!key) return not_an_invite("its pool key is malformed");
    return *key;
}

}  // namespace

std::string encode(const Invite& invite) {
    json object{{"a", invite.address},
                {"k", crypto::base64_encode(invite.pool_key.bytes)},
                {"n", invite.pool_name},
                {"t", invite.token}};
    if (invite.fingerprint) object["f"] = crypto::to_hex(*invite.fingerprint);
    if (invite.web_trusted) object["w"] = true;
    return std::string(kInvitePrefix) + crypto::base64url_encode(as_bytes(object.dump()));
}

Result<Invite> decode(std::string_view text) {
    text = trimmed(text);
    if (text.size() > kMaxInviteBytes) return not_an_invite("it is too long");
    if (!text.starts_with(kInvitePrefix)) return not_an_invite("it does not begin with gotong1:");
    const auto bytes = crypto::base64url_decode(text.substr(kInvitePrefix.size()));
    if (!bytes) return not_an_invite("a character is missing or changed");
    const json object = json::parse(*bytes, nullptr, false);
    if (!object.is_object()) return not_an_invite("a character is missing or changed");

    auto key = pool_key_of(object);
    if (!key) return Failure(key.error());
    auto fingerprint = fingerprint_of(object);
    if (!fingerprint) return Failure(fingerprint.error());
    Invite invite{.address = text_of(object, "a"),
                  .pool_key = *key,
                  .pool_name = text_of(object, "n"),
                  .token = text_of(object, "t"),
                  .fingerprint = *fingerprint,
                  .web_trusted = object.value("w", json(false)) == json(true)};
    if (invite.address.empty()) return not_an_invite("it names no address");
    if (invite.token.empty()) return not_an_invite("it holds no token");
    if (invite.web_trusted && !invite.fingerprint) return not_an_invite("it trusts no certificate");
    return invite;
}

}  // namespace gotong::invite
