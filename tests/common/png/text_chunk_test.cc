// Text chunks: what is written is read, and nothing else passes for it.
#include "common/png/text_chunk.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace gotong::png {
namespace {

Chunk chunk_in(const std::string& bytes) {
    const std::string_view view(bytes);
    return {view.substr(4, 4), view.substr(8, view.size() - kChunkOverhead), 0};
}

TEST_CASE("a text chunk has the layout of the PNG specification") {
    const auto chunk = make_text_chunk({"Title", "\xc3\xa9"});
    REQUIRE(chunk);
    // Keyword, zero, flag and method, two empty strings, text.
    CHECK(chunk_in(*chunk).data == std::string_view("Title\0\0\0\0\0\xc3\xa9", 12));
    CHECK(chunk_in(*chunk).type == "iTXt");
}

TEST_CASE("what was written is read back") {
    CHECK(rc::check([](const std::string& text) {
        const auto chunk = make_text_chunk({"key:word", text});
        if (text.find('\0') != std::string::npos) {
            RC_ASSERT_FALSE(chunk);
            return;
        }
        const auto read = plain_text_of(chunk_in(*chunk));
        RC_ASSERT(read->keyword == "key:word");
        RC_ASSERT(read->text == text);
    }));
}

TEST_CASE("keywords that PNG forbids are refused") {
    for (const char* keyword : {"", " a", "a ", "a  b", "a\n", "\xe9"}) {
        CHECK_FALSE(make_text_chunk({keyword, "x"}));
    }
    CHECK_FALSE(make_text_chunk({std::string(80, 'a'), "x"}));
    CHECK(make_text_chunk({std::string(79, 'a'), "x"}));
}

TEST_CASE("compressed, translated and Latin-1 texts are not plain, but their keyword is seen") {
    for (const std::string& data :
         {std::string("k\0\1\0\0\0x", 7), std::string("k\0\0\1\0\0x", 7),
          std::string("k\0\0\0en\0\0x", 9), std::string("k\0\0\0\0t\0x", 8),
          std::string("k\0\0\0\0", 5), std::string("k")}) {
        const Chunk chunk{"iTXt", data, 0};
        CHECK_FALSE(plain_text_of(chunk));
        CHECK(keyword_of(chunk) == "k");
    }
    CHECK(keyword_of({"tEXt", std::string_view("k\0x", 3), 0}) == "k");
    CHECK(keyword_of({"zTXt", std::string_view("k\0\0x", 4), 0}) == "k");
    CHECK_FALSE(plain_text_of({"tEXt", std::string_view("k\0x", 3), 0}));
    CHECK_FALSE(keyword_of({"IDAT", "k", 0}));
}

}  // namespace
}  // namespace gotong::png
