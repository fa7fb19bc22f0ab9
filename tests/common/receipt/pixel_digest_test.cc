// The digest of pixels, against one computed with Python's hashlib.
#include "common/receipt/pixel_digest.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::receipt {
namespace {

TEST_CASE("the digest of pixels covers their size, format and values") {
    constexpr std::uint8_t rgb[] = {255, 0, 0, 0, 255, 0};
    // sha256(b"px1" + bytes([0,0,0,2, 0,0,0,1, 3, 8, 255,0,0, 0,255,0]))
    CHECK(crypto::to_hex(pixel_digest(2, 1, rgb)) ==
          "39e62ac454ec7313d32d30954b29ff39acc6235f7bdccde9ae82fa78683c9b21");
    CHECK(pixel_digest(2, 1, rgb) != pixel_digest(1, 2, rgb));
}

TEST_CASE("the digest of pixels that come in pieces is that of all of them") {
    constexpr std::uint8_t rgb[] = {255, 0, 0, 0, 255, 0};
    PixelDigest digest(2, 1);
    digest.add(std::span(rgb).first(4));
    digest.add(std::span(rgb).subspan(4));
    CHECK(digest.finish() == pixel_digest(2, 1, rgb));
}

}  // namespace
}  // namespace gotong::receipt
