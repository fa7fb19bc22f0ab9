// What the three libraries wrote is read back as it is to be seen.
#include "common/picture/decode/decode.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "tests/support/picture/samples.h"

namespace gotong::picture {
namespace {

using namespace test;
using Rgb = std::vector<std::uint8_t>;

Picture read(const std::string& file) {
    const auto size = read_size(as_bytes(file));
    REQUIRE(size);
    auto picture = decode(as_bytes(file));
    REQUIRE(picture);
    CHECK(picture->size == *size);
    return *std::move(picture);
}

int farthest(const Rgb& a, const Rgb& b) {
    REQUIRE(a.size() == b.size());
    int most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

// A TIFF directory with one entry: an orientation.
std::string exif(bool little, int orientation) {
    const auto number = [&](unsigned value, int bytes) {
        std::string text;
        for (int i = 0; i < bytes; ++i)
            text +=
                static_cast<char>(value >> static_cast<unsigned>(8 * (little ? i : bytes - 1 - i)));
        return text;
    };
    return std::string("Exif\0\0", 6) + (little ? "II" : "MM") + number(42, 2) + number(8, 4) +
           number(1, 2) + number(0x0112, 2) + number(3, 2) + number(1, 4) +
           number(static_cast<unsigned>(orientation), 2) + number(0, 2) + number(0, 4);
}

TEST_CASE("a PNG in RGB is read exactly, interlaced or not") {
    const Picture picture = pattern({19, 7});
    for (const bool interlaced : {false, true})
        CHECK(read(rgb_png(picture, interlaced)).rgb == picture.rgb);
}

TEST_CASE("grey, sixteen bits and palettes become 8-bit RGB") {
    CHECK(read(png({3, 1}, 8, PNG_COLOR_TYPE_GRAY, {{0, 100, 255}})).rgb ==
          Rgb{0, 0, 0, 100, 100, 100, 255, 255, 255});
    CHECK(read(png({4, 1}, 1, PNG_COLOR_TYPE_GRAY, {{0b0101'0000}})).rgb ==
          Rgb{0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255});
    CHECK(read(png({1, 1}, 16, PNG_COLOR_TYPE_RGB, {{0xff, 0xff, 0x80, 0x80, 0, 0}})).rgb ==
          Rgb{255, 128, 0});
    CHECK(
        read(png({2, 1}, 8, PNG_COLOR_TYPE_PALETTE, {{1, 0}}, {{10, 20, 30}, {40, 50, 60}})).rgb ==
        Rgb{40, 50, 60, 10, 20, 30});
}

TEST_CASE("what is transparent shows white") {
    CHECK(read(png({3, 1}, 8, PNG_COLOR_TYPE_RGB_ALPHA,
                   {{100, 0, 0, 255, 100, 0, 0, 0, 100, 0, 0, 51}}))
              .rgb == Rgb{100, 0, 0, 255, 255, 255, 224, 204, 204});
    CHECK(read(png({2, 1}, 8, PNG_COLOR_TYPE_PALETTE, {{0, 1}}, {{10, 20, 30}, {40, 50, 60}},
                   {0, 255}))
              .rgb == Rgb{255, 255, 255, 40, 50, 60});
    CHECK(read(lossless_webp({{1, 1}, {9, 9, 9}}, 0)).rgb == Rgb{255, 255, 255});
}

TEST_CASE("a lossless WebP is read exactly") {
    const Picture picture = pattern({23, 11});
    CHECK(read(lossless_webp(picture)).rgb == picture.rgb);
}

TEST_CASE("a JPEG of one colour keeps it, in colour and in grey") {
    Picture flat{{16, 8}, {}};
    for (int i = 0; i < 16 * 8; ++i) flat.rgb.insert(flat.rgb.end(), {200, 40, 90});
    for (const bool progressive : {false, true})
        CHECK(farthest(read(jpeg(flat, {}, progressive)).rgb, flat.rgb) <= 2);
    CHECK(read(grey_jpeg({8, 8}, 77)).rgb == Rgb(3 * 64, 77));
}

TEST_CASE("a JPEG is seen the way its camera was held") {
    // One corner is red; each orientation says which one that is when the picture is upright.
    Picture cornered{{32, 16}, Rgb(3 * 32 * 16, 255)};
    for (std::size_t y = 0; y < 8; ++y)
        for (std::size_t x = 0; x < 8; ++x) {
            cornered.rgb[3 * (y * 32 + x) + 1] = 0;
            cornered.rgb[3 * (y * 32 + x) + 2] = 0;
        }
    const auto corner = [](const Picture& picture, bool right, bool bottom) {
        const std::size_t x = right ? picture.size.width - 3 : 2;
        const std::size_t y = bottom ? picture.size.height - 3 : 2;
        return picture.rgb[3 * (y * picture.size.width + x) + 1] < 60;
    };
    struct Expected {
        int orientation;
        bool right, bottom, swapped;
    };
    for (const Expected& expected : {Expected{1, false, false, false},
                                     {2, true, false, false},
                                     {3, true, true, false},
                                     {4, false, true, false},
                                     {5, false, false, true},
                                     {6, true, false, true},
                                     {7, true, true, true},
                                     {8, false, true, true},
                                     {9, false, false, false},
                                     {0, false, false, false}}) {
        for (const bool little : {false, true}) {
            INFO("orientation " << expected.orientation);
            const Picture seen = read(jpeg(cornered, exif(little, expected.orientation)));
            CHECK(seen.size == (expected.swapped ? Size{16, 32} : Size{32, 16}));
            CHECK(corner(seen, expected.right, expected.bottom));
            CHECK_FALSE(corner(seen, !expected.right, expected.bottom));
            CHECK_FALSE(corner(seen, expected.right, !expected.bottom));
        }
    }
}

}  // namespace
}  // namespace gotong::picture
