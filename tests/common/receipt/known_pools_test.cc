// The list of known pools: kept, renewed, refused when somebody poses as a pool.
#include "common/receipt/known_pools.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <string>

#include "common/crypto/base64.h"
#include "common/file/file.h"
#include "tests/support/temp_dir.h"

namespace gotong::receipt {
namespace {

KnownPool pool(const std::string& name, const std::string& address) {
    return {name, crypto::SigningKey::generate().public_key(), address, std::string(64, 'a')};
}

TEST_CASE("pools are kept over a save and a load, in their order") {
    const test::TempDir home;
    KnownPools pools;
    const KnownPool first = pool("home", "pool.example:50051");
    KnownPool second = pool("home", "");  // The same name, no address, no certificate.
    second.fingerprint.clear();
    REQUIRE(pools.add(first));
    REQUIRE(pools.add(second));
    REQUIRE(pools.save(home / "config/gotong/known_pools"));
    const KnownPools loaded = KnownPools::load(home / "config/gotong/known_pools").value();
    CHECK(loaded.all() == std::vector<KnownPool>{first, second});
    CHECK(loaded.keys() == std::vector<crypto::PublicKey>{first.key, second.key});
}

TEST_CASE("an absent list is empty") {
    const test::TempDir home;
    CHECK(KnownPools::load(home / "none").value().all().empty());
}

TEST_CASE("a pool that moved is renewed, not doubled") {
    KnownPools pools;
    KnownPool one = pool("home", "old.example:1");
    REQUIRE(pools.add(one));
    one.address = "new.example:2";
    REQUIRE(pools.add(one));
    REQUIRE(pools.all().size() == 1);
    CHECK(pools.find(one.key)->address == "new.example:2");
    CHECK(pools.find_at("new.example:2")->key == one.key);
    CHECK(pools.find_at("old.example:1") == nullptr);
    CHECK(pools.find(crypto::SigningKey::generate().public_key()) == nullptr);
}

TEST_CASE("a pool that is also reached on this machine keeps the address that it has elsewhere") {
    KnownPools pools;
    KnownPool one = pool("home", "pool.example:1");
    REQUIRE(pools.add(one));
    one.address = one.fingerprint = "";
    REQUIRE(pools.add(one));
    CHECK(pools.find(one.key)->address == "pool.example:1");
    CHECK(pools.find(one.key)->fingerprint == std::string(64, 'a'));
}

TEST_CASE("another key at a known address is refused") {
    KnownPools pools;
    REQUIRE(pools.add(pool("home", "pool.example:50051")));
    const auto refused = pools.add(pool("home", "pool.example:50051"));
    CHECK(refused.error().code == ErrorCode::already_exists);
    CHECK(pools.all().size() == 1);
    CHECK(pools.add(pool("home", "")));
    CHECK(pools.add(pool("home", "")));
}

TEST_CASE("fields that do not fit a line are refused by name") {
    KnownPools pools;
    CHECK(pools.add(pool("No Name", "a:1")).error().field == "name");
    CHECK(pools.add(pool("home", "a b")).error().field == "address");
    CHECK(pools.add(pool("home", "-")).error().field == "address");
    CHECK(pools.add(pool("home", "a\n:1")).error().field == "address");
    KnownPool odd = pool("home", "a:1");
    odd.fingerprint = "abc";
    CHECK(pools.add(odd).error().field == "fingerprint");
    CHECK(pools.all().empty());
}

TEST_CASE("a damaged line is named with its number, remarks and blank lines are skipped") {
    const test::TempDir home;
    const std::string good =
        "home " + crypto::base64_encode(crypto::SigningKey::generate().public_key().bytes) +
        " - -\n";
    const auto load = [&](const std::string& content) {
        REQUIRE(file::replace_durable(home / "list", content, file::Access::owner_only));
        return KnownPools::load(home / "list");
    };
    CHECK(load("# remark\n\n" + good).value().all().size() == 1);
    for (const char* bad : {"home\n", "home key - -\n", "home AAAA - -\n"}) {
        const auto refused = load(good + bad);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::data_loss);
        CHECK(refused.error().message.find("line 2") != std::string::npos);
    }
    CHECK_FALSE(load(good.substr(0, good.size() - 1) + " more\n"));
}

TEST_CASE("the list's place follows GOTONG_HOME, XDG_CONFIG_HOME and HOME in that order") {
    const auto set = [](const char* name, const char* value) {
        value ? ::setenv(name, value, 1) : ::unsetenv(name);
    };
    const char* home = std::getenv("HOME");
    const std::string old_home = home ? home : "";
    set("GOTONG_HOME", "/g");
    set("XDG_CONFIG_HOME", "/x");
    set("HOME", "/h");
    CHECK(known_pools_path().value() == "/g/known_pools");
    set("GOTONG_HOME", nullptr);
    CHECK(known_pools_path().value() == "/x/gotong/known_pools");
    set("XDG_CONFIG_HOME", "");
    CHECK(known_pools_path().value() == "/h/.config/gotong/known_pools");
    set("HOME", nullptr);
    CHECK_FALSE(known_pools_path());
    set("XDG_CONFIG_HOME", nullptr);
    set("HOME", old_home.c_str());
}

}  // namespace
}  // namespace gotong::receipt
