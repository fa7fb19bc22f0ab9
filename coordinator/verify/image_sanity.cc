#include "coordinator/verify/image_sanity.h"

#include <string>
#include <vector>

#include "common/picture/libpng/png_reader.h"
#include "common/receipt/pixel_digest.h"

namespace gotong::verify {
namespace {

using picture::PngReader;

constexpr std::uint64_t kBytesPerPixel = 3;

Failure refused(const std::string& why) {
    return fail(ErrorCode::invalid_argument, "the picture is refused: " + why);
}

bool is_plain_rgb8(PngReader& reader) {
    bool is_plain = false;
    reader.attempt([&is_plain](png_structp png, png_infop info) {
        is_plain = png_get_bit_depth(png, info) == 8 &&
                   png_get_color_type(png, info) == PNG_COLOR_TYPE_RGB &&
                   png_get_interlace_type(png, info) == PNG_INTERLACE_NONE;
    });
    return is_plain;
}

Result<> check_shape(PngReader& reader) {
    const std::uint64_t pixels = std::uint64_t{reader.width()} * reader.height();
    if (pixels > kMaxPixels) {
        return refused("it has " + std::to_string(pixels) + " pixels, at most " +
                       std::to_string(kMaxPixels) + " are allowed");
    }
    if (!is_plain_rgb8(reader)) return refused("it must be 8-bit RGB, not interlaced");
    if (!reader.could_hold_its_pixels()) return refused("the file is too small to hold its pixels");
    return {};
}

// Every row goes through `row` to `digest`.
bool read_rows(PngReader& reader, std::vector<std::uint8_t>& row, receipt::PixelDigest& digest) {
    return reader.attempt([&](png_structp png, png_infop info) {
        for (std::uint32_t left = png_get_image_height(png, info); left > 0; --left) {
            png_read_row(png, row.data(), nullptr);
            digest.add(row);
        }
        png_read_end(png, nullptr);
    });
}

}  // namespace

Result<Image> inspect_png(ByteView file) {
    if (file.size() > kMaxPngBytes) {
        return refused("it has " + std::to_string(file.size()) + " bytes, at most " +
                       std::to_string(kMaxPngBytes) + " are allowed");
    }
    // What our workers write gives no warnings.
    PngReader reader(file, PngReader::Warnings::fail);
    if (!reader.read_header(kMaxSide)) return refused(reader.complaint());
    if (Result<> shape = check_shape(reader); !shape) return Failure{shape.error()};
    std::vector<std::uint8_t> row(kBytesPerPixel * reader.width());
    receipt::PixelDigest digest(reader.width(), reader.height());
    if (!read_rows(reader, row, digest)) return refused(reader.complaint());
    if (!reader.is_at_end()) return refused("there are bytes after its end");
    return Image{reader.width(), reader.height(), digest.finish()};
}

}  // namespace gotong::verify
