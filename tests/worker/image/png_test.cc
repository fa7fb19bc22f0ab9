// Encoded pictures, read back by libpng's own simple reader: the pixels are what they were, and the
// texts stand where they should.
#include "worker/image/png.h"

#include <png.h>
#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "common/png/chunks.h"
#include "common/png/text_chunk.h"

namespace gotong::image {
namespace {

std::vector<std::uint8_t> decode(const std::string& file, std::uint32_t width,
                                 std::uint32_t height) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_memory(&image, file.data(), file.size()) != 0);
    REQUIRE(image.width == width);
    REQUIRE(image.height == height);
    image.format = PNG_FORMAT_RGB;
    std::vector<std::uint8_t> rgb(PNG_IMAGE_SIZE(image));
    REQUIRE(png_image_finish_read(&image, nullptr, rgb.data(), 0, nullptr) != 0);
    return rgb;
}

std::vector<std::uint8_t> gradient(std::uint32_t width, std::uint32_t height) {
    std::vector<std::uint8_t> rgb;
    for (std::uint32_t i = 0; i < width * height; ++i) {
        rgb.insert(rgb.end(),
                   {static_cast<std::uint8_t>(i % width), static_cast<std::uint8_t>(i / width),
                    static_cast<std::uint8_t>(i * 7)});
    }
    return rgb;
}

TEST_CASE("pixels survive, whatever they are") {
    CHECK(rc::check([] {
        const auto width = *rc::gen::inRange<std::uint32_t>(1, 20);
        const auto height = *rc::gen::inRange<std::uint32_t>(1, 20);
        const auto rgb = *rc::gen::container<std::vector<std::uint8_t>>(
            std::size_t{3} * width * height, rc::gen::arbitrary<std::uint8_t>());
        const std::string file = encode_png(width, height, rgb).value();
        RC_ASSERT(decode(file, width, height) == rgb);
    }));
}

TEST_CASE("a large picture survives too, and is smaller than its pixels") {
    const auto rgb = gradient(512, 300);
    const std::string file = encode_png(512, 300, rgb).value();
    CHECK(decode(file, 512, 300) == rgb);
    CHECK(file.size() < rgb.size());
}

TEST_CASE("the same picture gives the same bytes") {
    const auto rgb = gradient(64, 64);
    CHECK(encode_png(64, 64, rgb, {{"k", "v"}}) == encode_png(64, 64, rgb, {{"k", "v"}}));
}

TEST_CASE("texts stand between header and pixels, in their order") {
    const auto rgb = gradient(8, 8);
    const std::string file =
        encode_png(8, 8, rgb, {{"parameters", "a\nb"}, {"other", "\xe7\x8c\xab"}}).value();
    CHECK(decode(file, 8, 8) == rgb);
    const auto chunks = png::walk(file).value();
    REQUIRE(chunks.size() >= 5);
    CHECK(png::plain_text_of(chunks[1])->keyword == "parameters");
    CHECK(png::plain_text_of(chunks[1])->text == "a\nb");
    CHECK(png::plain_text_of(chunks[2])->text == "\xe7\x8c\xab");
    CHECK(chunks[3].type == "IDAT");
}

TEST_CASE("sizes and texts that do not fit are refused") {
    const std::vector<std::uint8_t> rgb(12);
    CHECK(encode_png(2, 2, rgb));
    CHECK(encode_png(0, 2, {}).error().field == "size");
    CHECK(encode_png(4097, 1, std::vector<std::uint8_t>(3 * 4097)).error().field == "size");
    CHECK(encode_png(2, 3, rgb).error().field == "rgb");
    CHECK_FALSE(encode_png(2, 2, rgb, {{"", "x"}}));
    CHECK_FALSE(encode_png(2, 2, rgb, {{"k", std::string(1, '\0')}}));
}

}  // namespace
}  // namespace gotong::image
