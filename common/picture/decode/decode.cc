#include "common/picture/decode/decode.h"

#include "common/picture/decode/codecs.h"

namespace gotong::picture {
namespace {

constexpr unsigned kOpaque = 255;

std::uint8_t blended(std::uint8_t colour, std::uint8_t alpha) {
    const unsigned sum = colour * unsigned{alpha} + kOpaque * (kOpaque - alpha);
    return static_cast<std::uint8_t>((sum + kOpaque / 2) / kOpaque);
}

Result<Format> checked_format(ByteView file) {
    if (file.size() > kMaxFileBytes) {
        return refused("it has " + std::to_string(file.size()) + " bytes, at most " +
                       std::to_string(kMaxFileBytes) + " are taken");
    }
    if (const auto format = format_of(file)) return *format;
    return refused("it is no PNG, JPEG or WebP file");
}

}  // namespace

Failure refused(const std::string& why) {
    return fail(ErrorCode::invalid_argument, "the picture is refused: " + why);
}

Result<> check_size(const Size& size) {
    const std::string spelled = std::to_string(size.width) + "x" + std::to_string(size.height);
    if (size.width == 0 || size.height == 0) return refused("it is empty");
    if (size.width > kMaxSide || size.height > kMaxSide) {
        return refused("it is " + spelled + ", at most " + std::to_string(kMaxSide) +
                       " pixels a side are taken");
    }
    if (std::uint64_t{size.width} * size.height <= kMaxPixels) return {};
    return refused("it is " + spelled + ", at most " + std::to_string(kMaxPixels) +
                   " pixels in all are taken");
}

Picture on_white(const Size& size, const std::vector<std::uint8_t>& rgba) {
    Picture picture{size, {}};
    picture.rgb.reserve(rgba.size() / 4 * 3);
    for (std::size_t i = 0; i + 3 < rgba.size(); i += 4) {
        for (std::size_t c = 0; c < 3; ++c)
            picture.rgb.push_back(blended(rgba[i + c], rgba[i + 3]));
    }
    return picture;
}

Result<Size> read_size(ByteView file) {
    const auto format = checked_format(file);
    if (!format) return Failure{format.error()};
    switch (*format) {
        case Format::png:
            return png_size(file);
        case Format::jpeg:
            return jpeg_size(file);
        case Format::webp:
            break;
    }
    return webp_size(file);
}

Result<Picture> decode(ByteView file) {
    const auto format = checked_format(file);
    if (!format) return Failure{format.error()};
    switch (*format) {
        case Format::png:
            return decode_png(file);
        case Format::jpeg:
            return decode_jpeg(file);
        case Format::webp:
            break;
    }
    return decode_webp(file);
}

}  // namespace gotong::picture
