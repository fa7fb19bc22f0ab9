// Whom to trust: SSH's rule, decided without asking anybody.
#include "coordinator/cli/trust.h"

#include <catch2/catch_test_macros.hpp>

#include "common/crypto/sha256.h"

namespace gotong::cli {
namespace {

crypto::PublicKey fresh_key() { return crypto::SigningKey::generate().public_key(); }

SeenPool remote(const std::string& name, const crypto::PublicKey& key) {
    return {.name = name,
            .key = key,
            .address = "pool.example:7436",
            .fingerprint = crypto::sha256(as_bytes("certificate")),
            .loopback = false,
            .own_folder = false};
}

receipt::KnownPools knowing(const SeenPool& pool) {
    receipt::KnownPools known;
    REQUIRE(known.add(remembered(pool)));
    return known;
}

TEST_CASE("a pool that nobody has met is asked about, unless it is on this machine or one's own") {
    SeenPool pool = remote("attic", fresh_key());
    CHECK(judge({}, pool) == Trust::unknown);
    pool.loopback = true;
    CHECK(judge({}, pool) == Trust::loopback);
    pool.own_folder = true;
    CHECK(judge({}, pool) == Trust::own);
}

TEST_CASE("a pool is known by its key, wherever it is reached") {
    const SeenPool pool = remote("attic", fresh_key());
    const auto known = knowing(pool);
    CHECK(judge(known, pool) == Trust::known);
    SeenPool moved = pool;
    moved.address = "elsewhere.example:7436";
    CHECK(judge(known, moved) == Trust::known);
}

TEST_CASE("another key at a known address is refused with what to do") {
    const auto known = knowing(remote("attic", fresh_key()));
    const auto verdict = judge(known, remote("cellar", fresh_key()));
    REQUIRE_FALSE(verdict);
    CHECK(verdict.error().code == ErrorCode::permission_denied);
    CHECK(verdict.error().message.find("gotong pool forget attic") != std::string::npos);
}

TEST_CASE("names prove nothing: two pools may share one") {
    const auto known = knowing(remote("attic", fresh_key()));
    SeenPool namesake = remote("attic", fresh_key());
    namesake.address = "elsewhere.example:7436";
    CHECK(judge(known, namesake) == Trust::unknown);
}

TEST_CASE("loopback addresses are not remembered, because their ports go round") {
    SeenPool pool = remote("attic", fresh_key());
    pool.address = "127.0.0.1:40001";
    pool.loopback = true;
    CHECK(remembered(pool).address.empty());
    CHECK(remembered(pool).fingerprint.empty());
    SeenPool next = remote("cellar", fresh_key());
    next.address = pool.address;
    next.loopback = true;
    CHECK(judge(knowing(pool), next) == Trust::loopback);
}

TEST_CASE("the certificate of a known address is remembered") {
    const SeenPool pool = remote("attic", fresh_key());
    const auto known = knowing(pool);
    CHECK(known_fingerprint(known, "pool.example:7436") == pool.fingerprint);
    CHECK_FALSE(known_fingerprint(known, "other.example:7436"));
}

}  // namespace
}  // namespace gotong::cli
