// PNG files of every kind that there is, for tests: by libpng, with everything at hand.
#pragma once

#include <png.h>

#include <cstdint>
#include <string>
#include <vector>

namespace gotong::verify {

struct Kind {
    std::uint32_t width = 13;
    std::uint32_t height = 7;
    int depth = 8;
    int color = PNG_COLOR_TYPE_RGB;
    int interlace = PNG_INTERLACE_NONE;
};

// Bytes of the rows, unfiltered: a pattern in which no two rows are the same.
std::vector<std::uint8_t> sample_rows(const Kind& kind);

std::string encode(const Kind& kind, const std::vector<std::uint8_t>& rows);

inline std::string sample_png(const Kind& kind = {}) { return encode(kind, sample_rows(kind)); }

}  // namespace gotong::verify
