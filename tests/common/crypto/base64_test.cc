// Base64 against RFC 4648's own vectors; and that a byte string has one spelling only.
#include "common/crypto/base64.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

namespace gotong::crypto {
namespace {

TEST_CASE("base64 gives the vectors of RFC 4648") {
    const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        CHECK(base64_encode(as_bytes(bytes)) == text);
        CHECK(base64_decode(text) == bytes);
    }
}

TEST_CASE("base64url uses the other two letters and no padding") {
    const std::string bytes{"\xfb\xff\xfe\x01", 4};
    CHECK(base64_encode(as_bytes(bytes)) == "+//+AQ==");
    CHECK(base64url_encode(as_bytes(bytes)) == "-__-AQ");
    CHECK(base64url_decode("-__-AQ") == bytes);
}

TEST_CASE("base64 refuses every second spelling") {
    // Unused bits, missing and extra padding, breaks, foreign letters.
    for (const char* text : {"Zh==", "Zm9=", "Zg", "Zg=", "Zg===", "Zm9v=", "Zm9v\n", " Zm9v",
                             "Zm 9v", "-__-AQ==", "Zg==Zg==", "Z", "====", "Zm9v,"}) {
        INFO(text);
        CHECK_FALSE(base64_decode(text));
    }
    for (const char* text : {"Zh", "Zg==", "Zm9v=", "+//+AQ", "Z", "Zm9v\n"}) {
        INFO(text);
        CHECK_FALSE(base64url_decode(text));
    }
}

TEST_CASE("base64 reads back whatever it writes") {
    CHECK(rc::check([](const std::string& bytes) {
        RC_ASSERT(base64_decode(base64_encode(as_bytes(bytes))).value() == bytes);
        RC_ASSERT(base64url_decode(base64url_encode(as_bytes(bytes))).value() == bytes);
    }));
}

TEST_CASE("base64 accepts no text but the one that it would write") {
    CHECK(rc::check([] {
        const auto letter = rc::gen::elementOf(std::string("ABZagz019+/=-_"));
        const auto text = *rc::gen::container<std::string>(letter);
        const auto bytes = base64_decode(text);
        if (bytes) RC_ASSERT(base64_encode(as_bytes(*bytes)) == text);
        const auto url_bytes = base64url_decode(text);
        if (url_bytes) RC_ASSERT(base64url_encode(as_bytes(*url_bytes)) == text);
    }));
}

}  // namespace
}  // namespace gotong::crypto
