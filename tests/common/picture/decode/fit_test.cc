// Crop and resampling: the parts by hand; the filter against Pillow's, whose numbers stand below.
#include "common/picture/decode/fit.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "tests/support/picture/samples.h"

namespace gotong::picture {
namespace {

using namespace test;
using Bytes = std::vector<std::uint8_t>;

void check_near(const Bytes& ours, const Bytes& theirs) {
    REQUIRE(ours.size() == theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
        INFO("byte " << i << ": " << int{ours[i]} << ", Pillow has " << int{theirs[i]});
        CHECK(std::abs(ours[i] - theirs[i]) <= 1);
    }
}

TEST_CASE("the middle is kept, with the proportions that are asked for") {
    const auto check = [](Size from, Size to, Crop expected) {
        const Crop crop = middle(from, to);
        CHECK(crop.left == expected.left);
        CHECK(crop.top == expected.top);
        CHECK(crop.size == expected.size);
    };
    check({640, 480}, {512, 512}, {80, 0, {480, 480}});
    check({480, 640}, {512, 512}, {0, 80, {480, 480}});
    check({100, 100}, {64, 64}, {0, 0, {100, 100}});
    check({100, 100}, {128, 64}, {0, 25, {100, 50}});
    check({1, 1000}, {512, 64}, {0, 499, {1, 1}});
}

TEST_CASE("a picture of the right size passes through untouched") {
    const Picture picture = pattern({17, 9});
    CHECK(fitted(picture, picture.size).rgb == picture.rgb);
}

// Image.fromarray(pattern).resize((4, 3), Image.LANCZOS) and the other way, Pillow 13.
TEST_CASE("shrinking and growing is Pillow's Lanczos, to one of 255") {
    check_near(
        fitted(pattern({8, 6}), {4, 3}).rgb,
        {24,  49,  42, 92,  74,  171, 191, 87,  96,  128, 95,  130, 46,  187, 118, 115, 99,  153,
         210, 100, 73, 139, 112, 193, 68,  133, 167, 144, 110, 83,  202, 118, 145, 55,  128, 147});
    check_near(
        fitted(pattern({4, 3}), {8, 6}).rgb,
        {0,   0,   0,   4,   0,   5,   24,  0,   37,  46,  0,   72,  63,  1,   99,  85,  4,   134,
         105, 6,   166, 113, 7,   179, 1,   10,  3,   6,   11,  12,  26,  13,  44,  48,  16,  79,
         65,  19,  106, 87,  22,  141, 107, 24,  173, 115, 25,  186, 4,   50,  14,  12,  51,  26,
         32,  53,  58,  54,  56,  93,  71,  59,  120, 93,  62,  155, 113, 64,  187, 121, 65,  200,
         12,  116, 35,  20,  117, 48,  40,  119, 80,  62,  122, 115, 79,  125, 142, 101, 128, 177,
         121, 130, 209, 129, 131, 222, 17,  156, 49,  26,  157, 62,  46,  159, 94,  68,  162, 129,
         85,  165, 156, 107, 168, 191, 127, 170, 223, 135, 171, 236, 20,  174, 56,  28,  175, 69,
         48,  177, 101, 70,  180, 136, 87,  183, 163, 109, 186, 198, 129, 188, 230, 137, 189, 243});
}

TEST_CASE("one colour stays that colour at any size") {
    Picture flat{{37, 21}, {}};
    for (int i = 0; i < 37 * 21; ++i) flat.rgb.insert(flat.rgb.end(), {3, 128, 254});
    for (const Size size : {Size{8, 8}, Size{64, 32}, Size{1, 1}, Size{100, 7}}) {
        const Picture sized = fitted(flat, size);
        CHECK(sized.size == size);
        for (std::size_t i = 0; i < sized.rgb.size(); ++i) CHECK(sized.rgb[i] == flat.rgb[i % 3]);
    }
}

TEST_CASE("a mask is what is brighter than middle grey, by area where it shrinks") {
    const auto mask = [](Size size, const Bytes& grey) {
        Picture picture{size, {}};
        for (const std::uint8_t value : grey) picture.rgb.insert(picture.rgb.end(), 3, value);
        return picture;
    };
    CHECK(fitted_mask(mask({4, 1}, {0, 127, 128, 255}), {4, 1}) == Bytes{0, 0, 1, 1});
    CHECK(fitted_mask(mask({4, 2}, {255, 255, 255, 0, 255, 0, 0, 0}), {2, 1}) == Bytes{1, 0});
    CHECK(fitted_mask(mask({2, 1}, {255, 0}), {6, 3}) ==
          Bytes{1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0});
}

}  // namespace
}  // namespace gotong::picture
