// The private key's file: made once, private, found again, and refused when others may read it.
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/crypto/sign.h"
#include "common/file/file.h"
#include "tests/support/temp_dir.h"

namespace gotong::crypto {
namespace {

namespace fs = std::filesystem;

fs::perms permissions_of(const fs::path& path) { return fs::status(path).permissions(); }

TEST_CASE("a key that was made is found again, in a private file in a private folder") {
    const test::TempDir home;
    const fs::path path = home / "new/folder/identity.key";
    const PublicKey made = SigningKey::load_or_create(path).value().public_key();
    CHECK(SigningKey::load_or_create(path).value().public_key() == made);
    CHECK(permissions_of(path) == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(permissions_of(path.parent_path()) == fs::perms::owner_all);
}

TEST_CASE("nothing but the key is left in its folder") {
    const test::TempDir home;
    REQUIRE(SigningKey::load_or_create(home / "identity.key"));
    int files = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(home.path())) ++files;
    CHECK(files == 1);
}

TEST_CASE("a key that others may read is refused with the command that mends it") {
    const test::TempDir home;
    const fs::path path = home / "identity.key";
    REQUIRE(SigningKey::load_or_create(path));
    for (const fs::perms extra : {fs::perms::group_read, fs::perms::others_read}) {
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write | extra);
        const auto refused = SigningKey::load_or_create(path);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::permission_denied);
        CHECK(refused.error().message.find("chmod 600 " + path.string()) != std::string::npos);
    }
}

TEST_CASE("a file that holds no key is refused and left as it is") {
    const test::TempDir home;
    const fs::path path = home / "identity.key";
    for (const std::string& content :
         {std::string(), std::string("gotong-ed25519-v1 "), std::string(83, 'x'),
          "gotong-ed25519-v1 " + std::string(64, 'g') + "\n",
          "gotong-ed25519-v1 " + std::string(64, 'a') + " ", std::string(10'000, 'a')}) {
        REQUIRE(file::replace_durable(path, content, file::Access::owner_only));
        CHECK_FALSE(SigningKey::load_or_create(path));
        CHECK(file::read_small(path, 20'000) == content);
    }
}

TEST_CASE("an error about a key file never shows what is in it") {
    const test::TempDir home;
    const fs::path path = home / "identity.key";
    const std::string secret(63, 'a');
    REQUIRE(file::replace_durable(path, "gotong-ed25519-v1 " + secret + "\n",
                                  file::Access::owner_only));
    CHECK(SigningKey::load_or_create(path).error().message.find("aaaa") == std::string::npos);
}

}  // namespace
}  // namespace gotong::crypto
