// Which names are plain.
#include "common/text/plain_name.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace gotong::text {
namespace {

TEST_CASE("plain names are lower-case words with points, dashes and underscores") {
    for (const char* name : {"emoji", "stable-diffusion-v1.5", "0", "a_b", "x..y"}) {
        INFO(name);
        CHECK(is_plain_name(name));
    }
    CHECK(is_plain_name(std::string(64, 'a')));
}

TEST_CASE("what could be a path, an option or another name's look-alike is not plain") {
    for (const char* name : {"", ".", "..", ".hidden", "-rf", "_x", "a/b", "a\\b", "A", "a b",
                             "a\n", "caf\xc3\xa9", "a:b"}) {
        INFO(name);
        CHECK_FALSE(is_plain_name(name));
    }
    CHECK_FALSE(is_plain_name(std::string(65, 'a')));
    CHECK_FALSE(is_plain_name(std::string("a\0b", 3)));
}

}  // namespace
}  // namespace gotong::text
