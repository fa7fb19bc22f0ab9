// Which JSON of strangers is refused, rule by rule.
#include "common/json/strict.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace gotong::json {
namespace {

constexpr Limits kLimits{.bytes = 1000, .depth = 4};

TEST_CASE("sound JSON is read as it stands") {
    const auto json =
        parse_strict(R"( {"a": [1, "x", null, true, 2.5], "b": {"a": {}}} )", kLimits);
    REQUIRE(json);
    CHECK((*json)["a"][1] == "x");
    CHECK((*json)["b"]["a"].empty());
}

TEST_CASE("the same key twice in one object is refused, in two objects it is fine") {
    const auto refused = parse_strict(R"({"a": 1, "b": {"c": 1, "c": 2}})", kLimits);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "the key \"c\" appears twice");
    CHECK(parse_strict(R"([{"a": 1}, {"a": 2}])", kLimits));
}

TEST_CASE("a key that is equal once its escapes are read is the same key") {
    CHECK_FALSE(parse_strict(R"({"a": 1, "\u0061": 2})", kLimits));
}

TEST_CASE("nesting is bounded") {
    CHECK(parse_strict("[[[[]]]]", kLimits));
    CHECK_FALSE(parse_strict("[[[[[]]]]]", kLimits));
    CHECK_FALSE(parse_strict(R"({"a":{"a":{"a":{"a":{}}}}})", kLimits));
    CHECK_FALSE(parse_strict(std::string(900, '['), kLimits));
}

TEST_CASE("size is bounded") {
    CHECK(parse_strict("\"" + std::string(998, 'x') + "\"", kLimits));
    CHECK_FALSE(parse_strict("\"" + std::string(999, 'x') + "\"", kLimits));
}

TEST_CASE("the number of values is bounded, whatever their kind") {
    constexpr Limits kFew{.bytes = 1000, .values = 4};
    CHECK(parse_strict(R"([1, {"a": null}])", kFew));
    for (const char* text :
         {"[1, 2, 3, 4]", "[[], [], [], []]", R"({"a": {}, "b": "x", "c": true, "d": -1.5})"}) {
        INFO(text);
        const auto refused = parse_strict(text, kFew);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message == "more than 4 values");
    }
}

TEST_CASE("what is not JSON, or more than one value, is refused") {
    for (const char* text :
         {"", " ", "{", "{}x", "{} {}", "[1,]", "{'a':1}", "nul", "NaN", "01", "\"\x01\"",
          "\"\xff\"", "\"\xed\xa0\x80\"", "\"\\ud800\"", "// remark\n{}", "\xef\xbb\xbf{}"}) {
        INFO(text);
        CHECK_FALSE(parse_strict(text, kLimits));
    }
}

TEST_CASE("a zero byte does not hide what follows it") {
    CHECK_FALSE(parse_strict(std::string("{}\0", 3), kLimits));
    CHECK_FALSE(parse_strict(std::string("{}\0x", 4), kLimits));
}

TEST_CASE("no text of brackets, keys and commas makes it throw") {
    CHECK(rc::check([] {
        const auto piece = rc::gen::element<std::string>("{", "}", "[", "]", "\"a\"", "\"b\"", ":",
                                                         ",", "1", "-1e999", "null", "\\", "\xc3");
        std::string text;
        for (const std::string& one : *rc::gen::container<std::vector<std::string>>(piece)) {
            text += one;
        }
        const auto json = parse_strict(text, kLimits);
        if (json) RC_ASSERT(parse_strict(json->dump(), kLimits).value() == *json);
    }));
}

}  // namespace
}  // namespace gotong::json
