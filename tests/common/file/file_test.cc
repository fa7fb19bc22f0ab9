// Small files: what is written is read back, limits hold, and failures leave nothing behind.
#include "common/file/file.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>

#include "tests/support/temp_dir.h"

namespace gotong::file {
namespace {

namespace fs = std::filesystem;

std::size_t files_in(const fs::path& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
    return count;
}

TEST_CASE("what was written is read back, and replaced as a whole") {
    const test::TempDir folder;
    const std::string first(100'000, 'a');
    REQUIRE(replace_durable(folder / "f", first, Access::everyone));
    CHECK(read_small(folder / "f", first.size()) == first);
    REQUIRE(replace_durable(folder / "f", "b", Access::everyone));
    CHECK(read_small(folder / "f", 10) == "b");
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("creating refuses a name that is taken and leaves the old content") {
    const test::TempDir folder;
    REQUIRE(create_durable(folder / "f", "old", Access::owner_only));
    CHECK(create_durable(folder / "f", "new", Access::owner_only).error().code ==
          ErrorCode::already_exists);
    CHECK(read_small(folder / "f", 10) == "old");
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("an owner's file is nobody else's") {
    const test::TempDir folder;
    REQUIRE(replace_durable(folder / "f", "x", Access::owner_only));
    CHECK(fs::status(folder / "f").permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a file above the limit is refused, at the limit it is read") {
    const test::TempDir folder;
    REQUIRE(replace_durable(folder / "f", "12345", Access::everyone));
    CHECK(read_small(folder / "f", 5) == "12345");
    CHECK(read_small(folder / "f", 4).error().code == ErrorCode::resource_exhausted);
}

TEST_CASE("what is no regular file is refused, and what is missing is not found") {
    const test::TempDir folder;
    CHECK(read_small(folder.path(), 10).error().code == ErrorCode::failed_precondition);
    CHECK(read_small(folder / "nothing", 10).error().code == ErrorCode::not_found);
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(read_small(folder / "pipe", 10).error().code == ErrorCode::failed_precondition);
    CHECK(replace_durable(folder / "no/such/folder", "x", Access::everyone).error().code ==
          ErrorCode::not_found);
}

}  // namespace
}  // namespace gotong::file
