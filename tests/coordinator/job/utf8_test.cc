// Sequences from Unicode's own table of what is well-formed (table 3-7) and what is not.
#include "coordinator/job/utf8.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace gotong::job {
namespace {

bool is_well_formed(const std::string& text) { return first_malformed(text) == text.size(); }

TEST_CASE("well-formed text of every length is taken") {
    for (const std::string text :
         {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xf0\x9f\x8d\x8e apple"}) {
        INFO(text);
        CHECK(is_well_formed(text));
    }
    CHECK(is_well_formed(std::string(1, '\0')));
}

TEST_CASE("overlong forms, surrogates, values above U+10FFFF and cut characters are not") {
    for (const std::string text : {"\x80",
                                   "\xbf",
                                   "\xc0\x80",
                                   "\xc1\xbf",
                                   "\xe0\x80\x80",
                                   "\xe0\x9f\xbf",
                                   "\xed\xa0\x80",
                                   "\xed\xbf\xbf",
                                   "\xf0\x80\x80\x80",
                                   "\xf0\x8f\xbf\xbf",
                                   "\xf4\x90\x80\x80",
                                   "\xf5\x80\x80\x80",
                                   "\xff",
                                   "\xfe",
                                   "\xc2",
                                   "\xe2\x82",
                                   "\xf0\x9f\x8d",
                                   "\xc2 ",
                                   "\xe2\x82 ",
                                   "\xf0\x9f\x8d "}) {
        INFO(text);
        CHECK(first_malformed("ab" + text) == 2);
    }
}

TEST_CASE("control characters are found, layout is let through") {
    const std::string layout = "a\tb\r\nc \xc3\xbc";
    CHECK(first_control(layout) == layout.size());
    CHECK(first_control(std::string("ab\0c", 4)) == 2);
    CHECK(first_control("ab\x1b[31m") == 2);
    CHECK(first_control("ab\x7f") == 2);
}

}  // namespace
}  // namespace gotong::job
