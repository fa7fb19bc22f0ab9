// Every bit of a picture with its receipt, turned over one at a time: none is free. Once as the
// file then stands, once with every chunk's checksum made right again, as a forger would.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <string>

#include "common/png/crc32.h"
#include "common/receipt/verify.h"
#include "tests/support/receipt/sample.h"

namespace gotong::receipt {
namespace {

constexpr std::size_t kSignature = 8;

std::string with_flipped_bit(std::string file, std::size_t bit) {
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ (1 << (bit % 8)));
    return file;
}

std::size_t length_at(const std::string& file, std::size_t at) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        length = (length << 8U) | static_cast<unsigned char>(file[at + i]);
    }
    return length;
}

// As far as the lengths make sense.
std::string with_right_checksums(std::string file) {
    for (std::size_t at = kSignature; at + 12 <= file.size();) {
        const std::size_t length = length_at(file, at);
        if (length > file.size() - at - 12) break;
        const std::uint32_t crc = png::crc32(std::string_view(file).substr(at + 4, length + 4));
        for (std::size_t i = 0; i < 4; ++i) {
            file[at + 8 + length + i] = static_cast<char>((crc >> (24 - 8 * i)) & 0xffU);
        }
        at += length + 12;
    }
    return file;
}

bool is_valid(const std::string& file, const test::SampleReceipt& sample) {
    const auto verdict = verify_picture(file, sample.trusted());
    return verdict && verdict->outcome == Outcome::valid;
}

TEST_CASE("no bit of a signed picture can be turned over unnoticed") {
    for (const auto prompt : {test::Prompt::disclosed, test::Prompt::hidden}) {
        const test::SampleReceipt sample(prompt);
        const std::string picture = sample.picture();
        REQUIRE(is_valid(picture, sample));
        REQUIRE(with_right_checksums(picture) == picture);
        std::size_t unnoticed = 0;
        for (std::size_t bit = 0; bit < 8 * picture.size(); ++bit) {
            const std::string flipped = with_flipped_bit(picture, bit);
            if (is_valid(flipped, sample)) ++unnoticed;
            const std::string mended = with_right_checksums(flipped);
            // A bit of a checksum is mended back to what it was.
            if (mended != picture && is_valid(mended, sample)) ++unnoticed;
        }
        CHECK(unnoticed == 0);
    }
}

}  // namespace
}  // namespace gotong::receipt
