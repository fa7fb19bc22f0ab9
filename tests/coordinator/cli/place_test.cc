// Which coordinator a command talks to, and with which token.
#include "coordinator/cli/place.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace gotong::cli {
namespace {

void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream{path} << text;
}

void make_pool_folder(const std::filesystem::path& folder, const std::string& grpc) {
    write(folder / "endpoints.json",
          R"({"grpc": ")" + grpc + R"(", "http": "127.0.0.1:2", "tls": false, "pid": 1})");
    write(folder / "creator.token", "gtc_of_the_folder\n");
}

TEST_CASE("flags come before the folder, the folder before the environment") {
    const test::TempDir dir;
    make_pool_folder(dir / ".", "127.0.0.1:1");
    const Surroundings around{
        .coordinator = "env.example:3", .token = "gtc_env", .default_data = {}};

    const auto flags = find_place(
        {.coordinator = "flag.example:4", .token = "gtc_flag", .data = (dir / ".").string()},
        around);
    REQUIRE(flags);
    CHECK(flags->address == "flag.example:4");
    CHECK(flags->token == "gtc_flag");
    CHECK_FALSE(flags->data);

    const auto folder =
        find_place({.coordinator = {}, .token = {}, .data = (dir / ".").string()}, around);
    REQUIRE(folder);
    CHECK(folder->address == "127.0.0.1:1");
    CHECK(folder->token == "gtc_of_the_folder");
    CHECK(folder->data);

    const auto environment = find_place({}, around);
    REQUIRE(environment);
    CHECK(environment->address == "env.example:3");
    CHECK(environment->token == "gtc_env");
}

TEST_CASE("with nothing said the pool of `gotong up` is taken, if there is one") {
    const test::TempDir dir;
    const Surroundings around{.coordinator = {}, .token = {}, .default_data = dir / "."};
    const auto nothing = find_place({}, around);
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().code == ErrorCode::unavailable);
    CHECK(nothing.error().message.find("gotong up") != std::string::npos);

    make_pool_folder(dir / ".", "127.0.0.1:1");
    write(dir / "pool.key", "x");
    const auto found = find_place({}, around);
    REQUIRE(found);
    CHECK(found->address == "127.0.0.1:1");
}

TEST_CASE("a folder whose coordinator has stopped is nobody to talk to") {
    const test::TempDir dir;
    const auto place =
        find_place({.coordinator = {}, .token = {}, .data = (dir / ".").string()}, {});
    REQUIRE_FALSE(place);
    CHECK(place.error().code == ErrorCode::unavailable);
}

TEST_CASE("a coordinator without a token, or an address that is none, is the user's slip") {
    const auto no_token =
        find_place({.coordinator = "pool.example:1", .token = {}, .data = {}}, {});
    REQUIRE_FALSE(no_token);
    CHECK(no_token.error().field == "token");
    for (const char* address :
         {"pool.example", "pool.example:0", ":7", "pool:x", "pool:99999", ""}) {
        const Surroundings around{.coordinator = address, .token = "gtc_x", .default_data = {}};
        CHECK_FALSE(find_place({}, around));
    }
}

TEST_CASE("a coordinator that listens everywhere is reached on this machine") {
    const test::TempDir dir;
    make_pool_folder(dir / ".", "0.0.0.0:7436");
    const auto place =
        find_place({.coordinator = {}, .token = {}, .data = (dir / ".").string()}, {});
    REQUIRE(place);
    CHECK(place->address == "127.0.0.1:7436");
}

}  // namespace
}  // namespace gotong::cli
