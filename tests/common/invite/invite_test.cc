// The one line of text that joins a worker to a pool.
#include "common/invite/invite.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "common/bytes.h"
#include "common/crypto/base64.h"

namespace gotong::invite {
namespace {

Invite sample() {
    return {.address = "pool.example:7436",
            .pool_key = crypto::SigningKey::generate().public_key(),
            .pool_name = "harbour",
            .token = "gti_secret",
            .fingerprint = crypto::Digest{1, 2, 3},
            .web_trusted = true};
}

bool same(const Invite& a, const Invite& b) {
    return a.address == b.address && a.pool_key == b.pool_key && a.pool_name == b.pool_name &&
           a.token == b.token && a.fingerprint == b.fingerprint && a.web_trusted == b.web_trusted;
}

std::string text_of(const nlohmann::json& json) {
    return std::string(kInvitePrefix) + crypto::base64url_encode(as_bytes(json.dump()));
}

nlohmann::json json_of(const Invite& invite) {
    const std::string text = encode(invite);
    return nlohmann::json::parse(
        crypto::base64url_decode(text.substr(kInvitePrefix.size())).value());
}

TEST_CASE("an invite comes back as it went, white space of a paste aside") {
    const Invite invite = sample();
    CHECK(same(decode(encode(invite)).value(), invite));
    CHECK(same(decode("  " + encode(invite) + "\r\n").value(), invite));
    Invite plain = invite;
    plain.fingerprint.reset();
    plain.web_trusted = false;
    CHECK(same(decode(encode(plain)).value(), plain));
}

TEST_CASE("its members have the documented names") {
    const nlohmann::json json = json_of(sample());
    for (const char* key : {"a", "k", "n", "t", "f", "w"}) CHECK(json.contains(key));
    Invite plain = sample();
    plain.fingerprint.reset();
    plain.web_trusted = false;
    CHECK_FALSE(json_of(plain).contains("f"));
    CHECK_FALSE(json_of(plain).contains("w"));
}

TEST_CASE("what is no whole invite is refused without repeating the secret") {
    const std::string text = encode(sample());
    for (const std::string& bad : {std::string{}, std::string("gotong2:abc"),
                                   text.substr(0, text.size() - 5), text.substr(4), text + "!",
                                   std::string(kInvitePrefix) + "e30", std::string(9'000, 'g')}) {
        const auto decoded = decode(bad);
        REQUIRE_FALSE(decoded);
        CHECK(decoded.error().code == ErrorCode::invalid_argument);
        CHECK(decoded.error().message.find("gotong invite") != std::string::npos);
        CHECK(decoded.error().message.size() < 200);
    }
}

TEST_CASE("every part is checked, the pool's key as a point on the curve") {
    const auto refuses = [](const char* key, const nlohmann::json& value) {
        nlohmann::json json = json_of(sample());
        json[key] = value;
        return !decode(text_of(json));
    };
    CHECK(refuses("k", crypto::base64_encode(crypto::Digest{})));  // Low order.
    CHECK(refuses("k", 7));
    CHECK(refuses("a", ""));
    CHECK(refuses("t", ""));
    CHECK(refuses("f", "12"));
    nlohmann::json unpinned = json_of(sample());
    unpinned.erase("f");
    CHECK_FALSE(decode(text_of(unpinned)));
}

}  // namespace
}  // namespace gotong::invite
