// Text of strangers on a terminal: harmless text passes, the rest is spelled out.
#include "common/text/printable.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace gotong::text {
namespace {

TEST_CASE("letters of any script pass unchanged") {
    for (const char* text : {"a red apple", "\xc3\xa9t\xc3\xa9", "\xe7\x8c\xab", "\xf0\x9f\x8d\x8e",
                             "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"}) {
        CHECK(printable(text) == text);
    }
}

TEST_CASE("what moves the cursor or turns the line is spelled out") {
    CHECK(printable("\x1b[2J") == "\\u{1b}[2J");
    CHECK(printable("a\nb\tc\x7f") == "a\\u{a}b\\u{9}c\\u{7f}");
    CHECK(printable("\xc2\x9b") == "\\u{9b}");
    CHECK(printable("\xe2\x80\xae") == "\\u{202e}");
    CHECK(printable("\xe2\x81\xa6") == "\\u{2066}");
    CHECK(printable("\xe2\x80\xa8") == "\\u{2028}");
}

TEST_CASE("bytes that are not UTF-8 are spelled out one by one") {
    CHECK(printable("\xff") == "\\x{ff}");
    CHECK(printable("\xc3") == "\\x{c3}");
    CHECK(printable("\xc0\xaf") == "\\x{c0}\\x{af}");             // Overlong.
    CHECK(printable("\xe0\x80\xaf") == "\\x{e0}\\x{80}\\x{af}");  // Overlong.
    CHECK(printable("\xed\xa0\x80") == "\\x{ed}\\x{a0}\\x{80}");  // Surrogate.
    CHECK(printable("\xf4\x90\x80\x80").starts_with("\\x{f4}"));  // Past the last character.
    CHECK(printable("\xe7\x8c"
                    "a") == "\\x{e7}\\x{8c}a");
}

TEST_CASE("no bytes whatever leave a control character") {
    CHECK(rc::check([](const std::string& bytes) {
        for (const char c : printable(bytes)) {
            const auto byte = static_cast<unsigned char>(c);
            RC_ASSERT(byte >= 0x20);
            RC_ASSERT(byte != 0x7f);
        }
    }));
}

TEST_CASE("a long word is cut, never within a character, and says so") {
    CHECK(shown("short") == "short");
    CHECK(shown(std::string(64, 'x')) == std::string(64, 'x'));
    CHECK(shown(std::string(65, 'x')) == std::string(64, 'x') + "...");
    CHECK(shown("ab\xe2\x82\xac", 4) == "ab...");  // The euro sign has three bytes.
    CHECK(shown("ab\xe2\x82\xac", 5) == "ab\xe2\x82\xac");
    CHECK(shown("a\nb and more", 3) == "a\\u{a}b...");
}

TEST_CASE("no bytes whatever make more than a line of a word") {
    CHECK(rc::check([](const std::string& bytes) {
        const std::string word = shown(bytes, 8);
        RC_ASSERT(word.size() <= 8 * 8 + 3);  // "\\u{202e}" stands for three bytes.
        RC_ASSERT(printable(word) == word);
    }));
}

}  // namespace
}  // namespace gotong::text
