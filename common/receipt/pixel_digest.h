// A digest of what a picture shows, whatever file it is kept in: it outlives stripped metadata and
// lossless conversion.
#pragma once

#include <cstdint>
#include <span>

#include "common/crypto/digest.h"
#include "common/crypto/sha256.h"

namespace gotong::receipt {

// SHA-256("px1" | u32be width | u32be height | u8 3 | u8 8 | rows), for 8-bit RGB pixels, row by
// row, 3 bytes each: rgb.size() == 3 * width * height.
Digest pixel_digest(std::uint32_t width, std::uint32_t height, std::span<const std::uint8_t> rgb);

// The same for who never holds the whole picture.
class PixelDigest {
  public:
    PixelDigest(std::uint32_t width, std::uint32_t height);
    void add(std::span<const std::uint8_t> rows) { hash_.update(rows); }
    Digest finish() { return hash_.finish(); }  // Once, after every row.

  private:
    crypto::Sha256 hash_;
};

}  // namespace gotong::receipt
