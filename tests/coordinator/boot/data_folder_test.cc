#include "coordinator/boot/data_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "common/file/file.h"
#include "tests/support/temp_dir.h"

namespace gotong::boot {
namespace {

nlohmann::json read(const test::TempDir& dir) {
    return nlohmann::json::parse(file::read_small(dir / "endpoints.json", 4096).value());
}

TEST_CASE("endpoints.json says where to go, whether by TLS, and who serves") {
    const test::TempDir dir;
    Endpoints endpoints{.grpc = {"127.0.0.1", 7436}, .http = {"::1", 7437}, .fingerprint = {}};
    REQUIRE(write_endpoints(dir.path(), endpoints));
    CHECK(read(dir).at("grpc") == "127.0.0.1:7436");
    CHECK(read(dir).at("http") == "[::1]:7437");
    CHECK(read(dir).at("tls") == false);
    CHECK(read(dir).at("pid") == getpid());
    CHECK_FALSE(read(dir).contains("fingerprint"));

    endpoints.fingerprint = crypto::Digest{0xab};
    REQUIRE(write_endpoints(dir.path(), endpoints));
    CHECK(read(dir).at("tls") == true);
    CHECK(read(dir).at("fingerprint") == "ab" + std::string(62, '0'));
    remove_endpoints(dir.path());
    CHECK_FALSE(std::filesystem::exists(dir / "endpoints.json"));
}

TEST_CASE("the operator's token is written once, for its owner's eyes") {
    const test::TempDir dir;
    const auto first = creator_token(dir.path());
    REQUIRE(first);
    CHECK(first->starts_with("gtc_"));
    CHECK(creator_token(dir.path()) == first);
    struct stat info {};
    REQUIRE(::stat((dir / "creator.token").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600U);
}

TEST_CASE("a data folder whose socket path is too long for the system is refused") {
    CHECK(admin_address("/var/lib/gotong").value() == "unix:/var/lib/gotong/admin.sock");
    const auto refused = admin_address("/" + std::string(120, 'x'));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().field == "data");
}

}  // namespace
}  // namespace gotong::boot
