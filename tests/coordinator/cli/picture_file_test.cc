// Names of pictures, and that writing one never costs another.
#include "coordinator/cli/picture_file.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>

#include "tests/support/temp_dir.h"

namespace gotong::cli {
namespace {

std::string content(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST_CASE("a file is named after its prompt in letters that every disk takes") {
    CHECK(slug("A red Apple!") == "a-red-apple");
    CHECK(slug("  ../../etc/passwd\n") == "etc-passwd");
    CHECK(slug("--out=x") == "out-x");
    CHECK(slug("\xe7\x8c\xab") == "picture");  // A prompt without Latin letters.
    CHECK(slug("") == "picture");
}

TEST_CASE("a long prompt is cut at a word") {
    const std::string name = slug("one two three four five six seven eight nine ten eleven twelve");
    CHECK(name == "one-two-three-four-five-six-seven-eight-nine-ten");
    CHECK(slug(std::string(200, 'x')) == std::string(48, 'x'));
}

TEST_CASE("a private picture's name says nothing of its prompt") {
    CHECK(default_name("a red apple", 7, false) == "a-red-apple-7.png");
    CHECK(default_name("a red apple", 7, true) == "picture-7.png");
}

TEST_CASE("several pictures are numbered before the extension") {
    CHECK(numbered("out/apple.png", 2) == "out/apple-2.png");
    CHECK(numbered("apple", 3) == "apple-3");
}

TEST_CASE("a picture under a taken name gets the next free one") {
    const test::TempDir dir;
    const auto name = dir / "apple.png";
    CHECK(save_new(name, "first").value() == name);
    CHECK(save_new(name, "second").value() == dir / "apple-2.png");
    CHECK(save_new(name, "third").value() == dir / "apple-3.png");
    CHECK(content(name) == "first");
    CHECK(content(dir / "apple-3.png") == "third");
    const auto files = std::filesystem::directory_iterator{dir / "."};
    CHECK(std::distance(begin(files), end(files)) == 3);  // Nothing half-written is left.
}

TEST_CASE("where a picture cannot be written is found out before it is paid for") {
    const test::TempDir dir;
    CHECK(check_writable(dir / "apple.png"));
    const auto missing = check_writable(dir / "no" / "apple.png");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().field == "out");
    CHECK_FALSE(check_writable(dir / "."));  // A folder.
}

}  // namespace
}  // namespace gotong::cli
