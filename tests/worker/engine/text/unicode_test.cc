// Normalisation and classes of characters, by Unicode's own examples.
#include "worker/engine/text/unicode.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::engine {
namespace {

TEST_CASE("letters and their marks are composed") {
    CHECK(clip_normalised(U"e\u0301") == U"\u00E9");
    CHECK(clip_normalised(U"\u212B") == U"\u00E5");                // Angstrom sign, lower case.
    CHECK(clip_normalised(U"\u1100\u1161\u11A8") == U"\uAC01");    // Hangul.
    CHECK(clip_normalised(U"q\u0307\u0323") == U"q\u0323\u0307");  // Put in order.
    CHECK(clip_normalised(U"\u0958") == U"\u0915\u093C");          // Excluded from composition.
}

TEST_CASE("a mark that the reference does not know keeps its place and holds others in theirs") {
    CHECK(clip_normalised(U"e\u1ABF\u0323") == U"e\u1ABF\u0323");
    CHECK(clip_normalised(U"\U00011935\U00011930") == U"\U00011935\U00011930");
}

TEST_CASE("runs of white space of any kind become one space") {
    CHECK(clip_normalised(U"a \t\u00A0\u3000\nb") == U"a b");
    CHECK(clip_normalised(U"a\u200Bb") == U"a\u200Bb");  // Zero width space is none.
}

TEST_CASE("lower case goes character by character") {
    CHECK(clip_normalised(U"\u03A3\u0391\u03A3") == U"\u03C3\u03B1\u03C3");
    CHECK(clip_normalised(U"\u0130") == U"i\u0307");
    CHECK(clip_normalised(U"\u1E9E\u01C5") == U"\u00DF\u01C6");
    CHECK(clip_normalised(U"\U00016EA0") == U"\U00016EBB");  // A capital of Unicode 17.
}

TEST_CASE("characters are letters, numbers, spaces or anything else") {
    CHECK(classify(U'a') == CharClass::letter);
    CHECK(classify(U'\u6F22') == CharClass::letter);
    CHECK(classify(U'\u02BC') == CharClass::letter);
    CHECK(classify(U'\U0002EBF0') == CharClass::letter);  // Unicode 15.1.
    CHECK(classify(U'\u00BD') == CharClass::number);
    CHECK(classify(U'\u2167') == CharClass::number);
    CHECK(classify(U'\u0085') == CharClass::space);
    CHECK(classify(U'\u0301') == CharClass::other);
    CHECK(classify(U'\U0001F34E') == CharClass::other);
    CHECK(classify(U'\0') == CharClass::other);
}

TEST_CASE("what is not UTF-8 is refused at its first byte") {
    for (const std::string_view broken : {"ab\xFF", "ab\xC0\x80", "ab\xED\xA0\x80", "ab\xE2\x82"}) {
        const auto decoded = decode_utf8(broken);
        REQUIRE_FALSE(decoded);
        CHECK(decoded.error().code == ErrorCode::invalid_argument);
        CHECK(decoded.error().message.find("byte 2") != std::string::npos);
    }
    CHECK(decode_utf8(std::string_view("a\0b", 3)) == std::u32string(U"a\0b", 3));
}

}  // namespace
}  // namespace gotong::engine
