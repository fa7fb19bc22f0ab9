// Is this file a picture that we would hand to a creator? Decodes a stranger's PNG under strict
// limits and says what it shows.
//
// Accepted is what our workers write: 8-bit RGB, not interlaced, at most 4096 pixels a side and 16
// million in all, every checksum right, not one byte too many. Every other chunk is skipped, so
// nothing but the pixels is ever decompressed. A picture of one flat colour is a picture: somebody
// may have asked for it, and whether the model was run is for audits to find out.
//
// Pure; any thread. Memory: a few rows, whatever the picture claims. About 10 ns a pixel.
#pragma once

#include <cstdint>

#include "common/bytes.h"
#include "common/crypto/digest.h"
#include "common/result.h"

namespace gotong::verify {

inline constexpr std::uint32_t kMaxSide = 4096;  // Pixels.
inline constexpr std::uint64_t kMaxPixels = 16U << 20U;
inline constexpr std::uint64_t kMaxPngBytes = std::uint64_t{32} << 20U;

struct Image {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    crypto::Digest pixel_sha256{};  // receipt/pixel_digest.h
};

// Errors: invalid_argument with the rule that was broken.
Result<Image> inspect_png(ByteView file);

}  // namespace gotong::verify
