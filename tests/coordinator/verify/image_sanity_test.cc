// What counts as a picture, and everything hostile that does not. The pixel digest is computed here
// byte by byte, from its description.
#include "coordinator/verify/image_sanity.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "common/crypto/sha256.h"
#include "common/png/chunks.h"
#include "tests/coordinator/verify/sample_png.h"

namespace gotong::verify {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr std::size_t kAfterHeader = 8 + 25;  // Signature and IHDR.
constexpr std::size_t kEndChunk = 12;

Result<Image> inspect(const std::string& file) { return inspect_png(as_bytes(file)); }

void check_refused(const std::string& file, const std::string& why) {
    const Result<Image> image = inspect(file);
    REQUIRE_FALSE(image);
    CHECK(image.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(image.error().message, ContainsSubstring(why));
}

// The sample with these bytes in the place of its pixel data, all checksums right.
std::string with_pixel_data(const std::string& zlib, std::uint32_t width = 13,
                            std::uint32_t height = 7) {
    std::string header(13, '\0');
    for (unsigned shift = 0; shift < 4; ++shift) {
        header[3 - shift] = static_cast<char>(width >> (8 * shift));
        header[7 - shift] = static_cast<char>(height >> (8 * shift));
    }
    header[8] = 8;
    header[9] = 2;
    return "\x89PNG\r\n\x1a\n" + png::make_chunk("IHDR", header) + png::make_chunk("IDAT", zlib) +
           png::make_chunk("IEND", "");
}

TEST_CASE("a picture is described by its size and its pixels") {
    const Result<Image> image = inspect(sample_png());
    REQUIRE(image);
    CHECK(image->width == 13);
    CHECK(image->height == 7);
    std::string described = std::string("px1\0\0\0\x0d\0\0\0\x07\x03\x08", 13);
    for (const std::uint8_t byte : sample_rows({})) described += static_cast<char>(byte);
    CHECK(image->pixel_sha256 == crypto::sha256(as_bytes(described)));
}

TEST_CASE("a picture of one flat colour is a picture") {
    const Kind kind{.width = 512, .height = 512};
    CHECK(inspect(encode(kind, std::vector<std::uint8_t>(512 * 512 * 3))));
}

TEST_CASE("text in a picture is skipped, not read") {
    std::string file = sample_png();
    file.insert(kAfterHeader, png::make_chunk("zTXt", std::string("k\0\0 no zlib stream", 18)));
    const Result<Image> image = inspect(file);
    REQUIRE(image);
    CHECK(image->pixel_sha256 == inspect(sample_png())->pixel_sha256);
}

TEST_CASE("only 8-bit RGB without interlacing is accepted") {
    for (const Kind& kind :
         {Kind{.color = PNG_COLOR_TYPE_GRAY}, Kind{.color = PNG_COLOR_TYPE_RGBA},
          Kind{.color = PNG_COLOR_TYPE_PALETTE}, Kind{.depth = 16},
          Kind{.depth = 1, .color = PNG_COLOR_TYPE_GRAY}, Kind{.interlace = PNG_INTERLACE_ADAM7}}) {
        check_refused(sample_png(kind), "it must be 8-bit RGB, not interlaced");
    }
}

TEST_CASE("a side above the limit is refused before any pixel is decoded") {
    check_refused(with_pixel_data("", kMaxSide + 1, 1), "width exceeds");
    check_refused(with_pixel_data("", 1, kMaxSide + 1), "height exceeds");
    check_refused(with_pixel_data("", 0, 1), "width");
    check_refused(with_pixel_data("", 0xffff'ffff, 0xffff'ffff), "out of range");
}

TEST_CASE("a small file that claims to be a large picture gets no memory") {
    check_refused(with_pixel_data("not even zlib", kMaxSide, kMaxSide), "too small to hold");
}

TEST_CASE("a file above the limit is refused unseen") {
    check_refused(std::string(kMaxPngBytes + 1, 'x'), "33554433 bytes, at most 33554432");
}

TEST_CASE("every file that is cut short is refused") {
    const std::string file = sample_png();
    for (std::size_t size = 0; size < file.size(); ++size) {
        INFO(size);
        CHECK_FALSE(inspect(file.substr(0, size)));
    }
}

TEST_CASE("no bit of a picture can be another") {
    const std::string file = sample_png();
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
        std::string changed = file;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        INFO("bit " << bit);
        CHECK_FALSE(inspect(changed));
    }
}

TEST_CASE("pixel data that is broken under a right checksum is refused") {
    const std::string file = sample_png();
    const auto chunks = png::walk(file);
    REQUIRE(chunks);
    std::string zlib((*chunks)[1].data);
    CHECK(inspect(with_pixel_data(zlib)));
    std::string other_sum = zlib;
    other_sum.back() = static_cast<char>(other_sum.back() ^ 1);
    CHECK_FALSE(inspect(with_pixel_data(other_sum)));
    CHECK_FALSE(inspect(with_pixel_data(zlib.substr(0, zlib.size() - 4))));
    CHECK_FALSE(inspect(with_pixel_data(zlib + "more")));
    CHECK_FALSE(inspect(with_pixel_data(zlib, 13, 8)));  // A row is missing.
    CHECK_FALSE(inspect(with_pixel_data(zlib, 13, 6)));  // A row too many.
    CHECK_FALSE(inspect(with_pixel_data("")));
}

TEST_CASE("bytes after the end are refused") {
    check_refused(sample_png() + "x", "bytes after its end");
    check_refused(sample_png() + sample_png(), "bytes after its end");
}

TEST_CASE("what is no PNG is refused") {
    check_refused("", "cut short");
    check_refused("GIF89a, and so on", "Not a PNG");
}

TEST_CASE("whatever is done to a picture, it is refused or the same picture") {
    const std::string file = sample_png();
    const crypto::Digest pixels = inspect(file)->pixel_sha256;
    CHECK(rc::check("mutations", [&] {
        std::string changed = file;
        const auto edits = *rc::gen::inRange(1, 5);
        for (int n = 0; n < edits; ++n) {
            const auto at = *rc::gen::inRange<std::size_t>(0, changed.size());
            const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
            if (*rc::gen::arbitrary<bool>()) changed.erase(at, bytes.size());
            changed.insert(std::min(at, changed.size()), bytes);
            if (changed.empty()) changed = "x";
        }
        const Result<Image> image = inspect(changed);
        RC_ASSERT(!image || image->pixel_sha256 == pixels);
    }));
}

TEST_CASE("chunks in any order and number are refused or decoded, and nothing else happens") {
    const std::string file = sample_png();
    const auto chunks = png::walk(file);
    REQUIRE(chunks);
    CHECK(rc::check("chunks", [&] {
        std::string built = file.substr(0, 8);
        const auto picks = *rc::gen::container<std::vector<std::size_t>>(
            rc::gen::inRange<std::size_t>(0, chunks->size() + 1));
        for (const std::size_t pick : picks) {
            if (pick < chunks->size()) {
                built += png::make_chunk((*chunks)[pick].type, (*chunks)[pick].data);
                continue;
            }
            const auto type = *rc::gen::element<std::string>("iCCP", "tRNS", "PLTE", "gAMA", "iTXt",
                                                             "acTL", "eXIf", "sPLT");
            built +=
                png::make_chunk(type, *rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
        }
        const Result<Image> image = inspect(built);
        RC_ASSERT(!image || (image->width == 13 && image->height == 7));
    }));
}

}  // namespace
}  // namespace gotong::verify
