// Files as the world's encoders write them, made with the libraries themselves.
#pragma once

#include <png.h>

#include <string>
#include <vector>

#include "common/picture/decode/decode.h"

namespace gotong::picture::test {

// Each pixel differs from all its neighbours.
Picture pattern(Size size);

// `rows` as the colour type and depth want them, without filters.
std::string png(Size size, int depth, int colour, const std::vector<std::vector<png_byte>>& rows,
                const std::vector<png_color>& palette = {},
                const std::vector<png_byte>& palette_alpha = {}, bool interlaced = false);
std::string rgb_png(const Picture& picture, bool interlaced = false);

// `app1`: put into an APP1 marker where it is not empty.
std::string jpeg(const Picture& picture, const std::string& app1 = {}, bool progressive = false);
std::string grey_jpeg(Size size, std::uint8_t grey);
std::string cmyk_jpeg(Size size);

std::string lossless_webp(const Picture& picture, std::uint8_t alpha = 255);

}  // namespace gotong::picture::test
