// Pixels to a PNG file in memory, fast rather than small: Paeth filter and Huffman codes without
// string matching, which on rendered pictures costs little size and saves most of the time.
//
// The same pixels and texts always give the same bytes (of one libpng and zlib).
//
// Corridor: engine/pipeline -> [image/png] -> receipt/statement
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"

namespace gotong::image {

inline constexpr std::uint32_t kMaxSide = 4096;  // What viewers and our own verifier accept.

struct TextChunk {
    std::string keyword;  // 1 to 79 ASCII characters.
    std::string text;     // UTF-8 without zero bytes.
};

// An 8-bit RGB picture; `rgb` holds its rows from the top, 3 bytes a pixel. The texts stand before
// the pixels, in their order, as plain iTXt chunks.
//
// Errors: invalid_argument for sides outside 1..kMaxSide, an `rgb` of another size, or a text that
// no chunk can hold. Also makes previews: they are small pictures without texts.
Result<std::string> encode_png(std::uint32_t width, std::uint32_t height,
                               std::span<const std::uint8_t> rgb,
                               const std::vector<TextChunk>& texts = {});

}  // namespace gotong::image
