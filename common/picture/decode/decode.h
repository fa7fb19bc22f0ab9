// A stranger's picture file to pixels, under strict limits.
//
// PNG (every kind), JPEG (grey and colour, its EXIF orientation applied) and WebP (still). What is
// transparent shows white. Colour profiles and gamma are not applied; the orientation of PNG and
// WebP files is not looked for. A file's header is judged before its pixels get memory.
//
// Pure; any thread. Memory: 3 or 4 bytes a pixel (8 for a PNG of 16 bits), at most kMaxPixels.
//
// Corridor: worker/renderer/original -> [picture/decode/decode] -> picture/decode/fit
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/picture/format.h"
#include "common/result.h"

namespace gotong::picture {

struct Size {
    std::uint32_t width = 0;   // Pixels.
    std::uint32_t height = 0;  // Pixels.

    bool operator==(const Size&) const = default;
};

// Row-major, 3 bytes a pixel.
struct Picture {
    Size size;
    std::vector<std::uint8_t> rgb;
};

// As it is to be seen: sides swapped where the orientation says so. Decodes no pixels. Errors:
// invalid_argument with the rule that was broken.
Result<Size> read_size(ByteView file);

// The same errors.
Result<Picture> decode(ByteView file);

}  // namespace gotong::picture
