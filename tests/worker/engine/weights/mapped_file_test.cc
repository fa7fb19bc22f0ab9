// What may be mapped, and what is refused instead of waited for or crashed on.
#include "worker/engine/weights/mapped_file.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace gotong::engine {
namespace {

TEST_CASE("a mapped file shows its bytes, also after it was deleted") {
    const test::TempDir folder;
    std::ofstream(folder / "file") << "hello";
    const auto file = MappedFile::open(folder / "file");
    REQUIRE(file);
    std::filesystem::remove(folder / "file");
    CHECK(as_text(file->bytes()) == "hello");
}

TEST_CASE("a moved mapping is alive once") {
    const test::TempDir folder;
    std::ofstream(folder / "file") << "hello";
    auto file = MappedFile::open(folder / "file");
    REQUIRE(file);
    const MappedFile second = *std::move(file);
    CHECK(as_text(second.bytes()) == "hello");
    CHECK(file->bytes().empty());  // NOLINT(bugprone-use-after-move): that is the point.
}

TEST_CASE("an empty file maps to nothing") {
    const test::TempDir folder;
    std::ofstream(folder / "empty").flush();
    const auto file = MappedFile::open(folder / "empty");
    REQUIRE(file);
    CHECK(file->bytes().empty());
}

TEST_CASE("missing files, folders and pipes are errors of their own") {
    const test::TempDir folder;
    CHECK(MappedFile::open(folder / "none").error().code == ErrorCode::not_found);
    CHECK(MappedFile::open(folder.path()).error().code == ErrorCode::failed_precondition);
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(MappedFile::open(folder / "pipe").error().code == ErrorCode::failed_precondition);
}

}  // namespace
}  // namespace gotong::engine
