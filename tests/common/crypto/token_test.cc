// Tokens and random ids: their shape, and that no two are alike.
#include "common/crypto/token.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "common/crypto/base64.h"
#include "common/crypto/random.h"
#include "common/crypto/sha256.h"
#include "common/ids.h"

namespace gotong::crypto {
namespace {

TEST_CASE("a token is its prefix and 32 bytes in base64url") {
    const std::string token = new_token("gtc_");
    REQUIRE(token.starts_with("gtc_"));
    CHECK(base64url_decode(token.substr(4)).value().size() == 32);
}

TEST_CASE("a hundred tokens and ids are a hundred different ones") {
    std::set<std::string> tokens;
    std::set<JobId> ids;
    for (int i = 0; i < 100; ++i) {
        tokens.insert(new_token("gtc_"));
        ids.insert(random_id<JobId>());
    }
    CHECK(tokens.size() == 100);
    CHECK(ids.size() == 100);
}

TEST_CASE("a token's hash covers its prefix") {
    CHECK(token_hash("gtc_x") == sha256(as_bytes("gtc_x")));
    CHECK(token_hash("gtc_x") != token_hash("gti_x"));
}

TEST_CASE("comparing in constant time tells what == tells") {
    CHECK(equal_in_constant_time(as_bytes("abc"), as_bytes("abc")));
    CHECK_FALSE(equal_in_constant_time(as_bytes("abc"), as_bytes("abd")));
    CHECK_FALSE(equal_in_constant_time(as_bytes("abc"), as_bytes("abcd")));
    CHECK(equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace gotong::crypto
