// What joining says and refuses before any pool is asked. The whole way is walked by tests/e2e.
#include "worker/daemon/joining.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/support/temp_dir.h"

namespace gotong::daemon {
namespace {

struct Fixture {
    test::TempDir temp;
    invite::Invite invite{.address = "127.0.0.1:1",
                          .pool_key = crypto::SigningKey::generate().public_key(),
                          .pool_name = "pool",
                          .token = "gti_secret",
                          .fingerprint = std::nullopt};
    std::filesystem::path models = std::filesystem::path{GOTONG_SOURCE_DIR} / "models";

    Fixture() { ::setenv("GOTONG_HOME", (temp / "home").c_str(), 1); }

    Result<Membership> join() const {
        const auto home = Home::open(temp / "worker");
        return daemon::join(*home, {invite::encode(invite), models, "tower"});
    }
};

TEST_CASE("the terms tell what is used, that prompts are readable, and that pictures are signed") {
    const Fixture fixture;
    const auto home = Home::open(fixture.temp / "worker");
    std::string all;
    for (const std::string& term : terms(fixture.invite, *home, fixture.models)) all += term;
    for (const char* part :
         {"GPU", "outbox", "uploads", "in the clear", "signed with this machine"})
        CHECK(all.find(part) != std::string::npos);
    CHECK(all.find("gti_secret") == std::string::npos);
}

TEST_CASE("a folder without models is refused before the invite is shown to anybody") {
    Fixture fixture;
    fixture.models = fixture.temp.path();
    const auto refused = fixture.join();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK(refused.error().message.find("model_index.json") != std::string::npos);
}

TEST_CASE("a pool that does not answer is unavailable") {
    const Fixture fixture;
    CHECK(fixture.join().error().code == ErrorCode::unavailable);
}

TEST_CASE("an invite to another machine without a certificate is refused") {
    Fixture fixture;
    fixture.invite.address = "192.0.2.1:7436";
    const auto refused = fixture.join();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::permission_denied);
}

TEST_CASE("what is no invite is refused without being repeated") {
    const Fixture fixture;
    const auto home = Home::open(fixture.temp / "worker");
    const auto refused = daemon::join(*home, {"gotong1:secret", fixture.models, "tower"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("secret") == std::string::npos);
}

}  // namespace
}  // namespace gotong::daemon
