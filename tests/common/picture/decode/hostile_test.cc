// Files that are not what they say, cut short, or made to eat memory: refused with a sentence, and
// a promise of pixels is never believed before there are bytes that could hold them.
#include <sys/resource.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdio>

#include "common/png/chunks.h"
#include "tests/support/picture/samples.h"

namespace gotong::picture {
namespace {

using namespace test;

std::string error_of(const std::string& file) {
    const auto size = read_size(as_bytes(file));
    const auto picture = decode(as_bytes(file));
    REQUIRE_FALSE(picture);
    CHECK(picture.error().code == ErrorCode::invalid_argument);
    if (!size) CHECK(size.error().message == picture.error().message);
    return picture.error().message;
}

bool says(const std::string& message, const std::string& what) {
    INFO(message);
    return message.find(what) != std::string::npos;
}

std::string four_bytes(std::uint32_t value) {
    std::string text;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) text += static_cast<char>(value >> shift);
    return text;
}

// A header of 8-bit RGB and next to no pixels.
std::string promising_png(std::uint32_t width, std::uint32_t height) {
    const std::string header =
        four_bytes(width) + four_bytes(height) + std::string("\x08\x02\0\0\0", 5);
    return std::string("\x89PNG\r\n\x1a\n", 8) + png::make_chunk("IHDR", header) +
           png::make_chunk("IDAT", "nothing") + png::make_chunk("IEND", "");
}

TEST_CASE("what is no picture is refused by its first bytes") {
    CHECK(says(error_of(""), "no PNG, JPEG or WebP"));
    CHECK(says(error_of("GIF89a and so on"), "no PNG, JPEG or WebP"));
    CHECK(says(error_of("RIFF\x10\x20\x30\x40WAVEfmt "), "no PNG, JPEG or WebP"));
}

TEST_CASE("a file above the limit is refused before anything reads it") {
    std::string large = rgb_png(pattern({4, 4}));
    large.resize(kMaxFileBytes + 1);
    CHECK(says(error_of(large), "at most 16777216"));
}

TEST_CASE("a PNG that promises more than it can hold costs no memory") {
    const auto most_before = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;  // KiB
    };
    const auto before = most_before();
    CHECK(says(error_of(promising_png(6'000, 6'000)), "too small to hold its pixels"));
    CHECK(says(error_of(promising_png(16'383, 16'383)), "at most 40000000 pixels"));
    CHECK(says(error_of(promising_png(0xFFFF, 4)), "refused"));
    CHECK(says(error_of(promising_png(0, 4)), "refused"));
    CHECK(most_before() - before < 20'000);
}

TEST_CASE("a JPEG that promises too many pixels is refused by its header") {
    std::string file = jpeg(pattern({8, 8}));
    const std::size_t frame = file.find("\xff\xc0");
    REQUIRE(frame != std::string::npos);
    file.replace(frame + 5, 4, "\xff\xff\xff\xff");
    CHECK(says(error_of(file), "refused"));
    file.replace(frame + 5, 4, std::string("\x3f\xff\x3f\xff", 4));
    CHECK(says(error_of(file), "at most 40000000 pixels"));
}

TEST_CASE("files that are cut short anywhere are refused") {
    const Picture picture = pattern({24, 24});
    for (const std::string& whole : {rgb_png(picture), jpeg(picture), lossless_webp(picture)}) {
        for (std::size_t keep = kSignatureBytes; keep + 40 < whole.size(); keep += 17) {
            INFO(keep << " of " << whole.size());
            CHECK_FALSE(decode(as_bytes(whole.substr(0, keep))));
        }
    }
}

TEST_CASE("one wrong byte never does more than change pixels or refuse the file") {
    const Picture picture = pattern({16, 16});
    for (const std::string& whole :
         {rgb_png(picture, true), jpeg(picture, {}, true), lossless_webp(picture)}) {
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
            const auto decoded = decode(as_bytes(damaged));
            if (decoded)
                CHECK(decoded->rgb.size() ==
                      std::size_t{3} * decoded->size.width * decoded->size.height);
        }
    }
}

TEST_CASE("colours for printing are refused by name") {
    CHECK(says(error_of(cmyk_jpeg({8, 8})), "CMYK"));
}

TEST_CASE("an orientation that points outside its file is upright") {
    const std::string lost = std::string("Exif\0\0II*\0", 10) + std::string(4, '\xff');
    CHECK(decode(as_bytes(jpeg(pattern({8, 16}), lost)))->size == Size{8, 16});
}

}  // namespace
}  // namespace gotong::picture
