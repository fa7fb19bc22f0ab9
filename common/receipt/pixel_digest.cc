#include "common/receipt/pixel_digest.h"

#include <array>

#include "common/check.h"

namespace gotong::receipt {
namespace {

constexpr std::uint8_t kChannels = 3;
constexpr std::uint8_t kDepth = 8;  // Bits a channel.

std::array<std::uint8_t, 4> big_endian(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U),
            static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
}

}  // namespace

PixelDigest::PixelDigest(std::uint32_t width, std::uint32_t height) {
    constexpr std::array<std::uint8_t, 2> format{kChannels, kDepth};
    hash_.update(as_bytes("px1"));
    hash_.update(big_endian(width));
    hash_.update(big_endian(height));
    hash_.update(format);
}

Digest pixel_digest(std::uint32_t width, std::uint32_t height, std::span<const std::uint8_t> rgb) {
    check(rgb.size() == std::size_t{kChannels} * width * height, "three bytes a pixel");
    PixelDigest digest(width, height);
    digest.add(rgb);
    return digest.finish();
}

}  // namespace gotong::receipt
