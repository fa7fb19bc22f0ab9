// Distances from the literature, and the choice among equals.
#include "common/text/closest.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>

namespace gotong::text {
namespace {

TEST_CASE("the edit distance is Levenshtein's") {
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("saturday", "sunday") == 3);
    CHECK(edit_distance("flaw", "lawn") == 2);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("same", "same") == 0);
}

TEST_CASE("the closest word wins, and the first of equally close ones") {
    const std::array<std::string_view, 4> samplers{"ddim", "dpmpp_2m", "euler", "euler_a"};
    CHECK(closest("eular", samplers) == "euler");
    CHECK(closest("euler_b", samplers) == "euler_a");
    CHECK(closest("dpm++2m", samplers) == "dpmpp_2m");
    const std::array<std::string_view, 2> twins{"aa", "bb"};
    CHECK(closest("ab", twins) == "aa");
}

TEST_CASE("nothing is closest to a word when nothing is known") { CHECK(closest("x", {}).empty()); }

TEST_CASE("words of any length are compared by their beginnings") {
    CHECK(edit_distance(std::string(10'000, 'a'), std::string(10'000, 'a')) == 0);
    CHECK(edit_distance(std::string(10'000, 'a'), "") == 64);
}

}  // namespace
}  // namespace gotong::text
