// One pair of functions for each format. Private to this folder. All errors: invalid_argument.
#pragma once

#include "common/picture/decode/decode.h"

namespace gotong::picture {

Failure refused(const std::string& why);

// Errors: a side or an area beyond the limits, or of nothing.
Result<> check_size(const Size& size);

// 4 bytes a pixel, onto white.
Picture on_white(const Size& size, const std::vector<std::uint8_t>& rgba);

Result<Size> png_size(ByteView file);
Result<Picture> decode_png(ByteView file);
Result<Size> jpeg_size(ByteView file);
Result<Picture> decode_jpeg(ByteView file);
Result<Size> webp_size(ByteView file);
Result<Picture> decode_webp(ByteView file);

}  // namespace gotong::picture
