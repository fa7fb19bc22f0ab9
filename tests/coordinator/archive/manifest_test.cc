// What backup.json may say.
#include "coordinator/archive/manifest.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::archive {
namespace {

Manifest sample() {
    return {.pool = "attic",
            .taken = WallTime{std::chrono::milliseconds{1'700'000'000'123}},
            .pictures = 2,
            .uploads = 1,
            .files = {{.path = "gotong.db", .size = 8192, .sha256 = {1}},
                      {.path = "tls/tls.crt", .size = 1, .sha256 = {2}}},
            .lost = {crypto::Digest{3}}};
}

TEST_CASE("a backup's manifest is read back as it was written") {
    CHECK(manifest_from_json(to_json(sample())).value() == sample());
}

TEST_CASE("a manifest whose files would leave the folder is refused") {
    for (const char* path : {"/etc/passwd", "../pool.key", "tls/../../x", ""}) {
        Manifest manifest = sample();
        manifest.files.front().path = path;
        CHECK_FALSE(manifest_from_json(to_json(manifest)));
    }
}

TEST_CASE("a manifest of a later format is refused with what to do") {
    std::string text = to_json(sample());
    text.replace(text.find("\"format\": 1"), 11, "\"format\": 2");
    const auto refused = manifest_from_json(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::failed_precondition);
}

TEST_CASE("what is no manifest is refused") {
    for (const char* text : {"", "{}", "[]", "{\"format\": 1}"}) {
        CHECK_FALSE(manifest_from_json(text));
    }
}

}  // namespace
}  // namespace gotong::archive
