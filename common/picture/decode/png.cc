#include "common/picture/decode/codecs.h"
#include "common/picture/libpng/png_reader.h"

namespace gotong::picture {
namespace {

constexpr std::uint64_t kBytesPerPixel = 4;

Result<Size> read_header(PngReader& reader) {
    if (!reader.read_header(kMaxSide)) return refused(reader.complaint());
    const Size size{reader.width(), reader.height()};
    if (const auto ok = check_size(size); !ok) return Failure{ok.error()};
    if (!reader.could_hold_its_pixels()) return refused("the file is too small to hold its pixels");
    return size;
}

// Whatever it is, to 8-bit RGBA.
void read_rows(png_structp png, png_infop info, std::uint8_t* rgba, std::vector<png_bytep>& rows) {
    png_set_scale_16(png);
    png_set_expand(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const std::size_t row_bytes = kBytesPerPixel * png_get_image_width(png, info);
    if (png_get_rowbytes(png, info) != row_bytes) png_error(png, "its rows are of an unknown kind");
    for (std::size_t row = 0; row < rows.size(); ++row) rows[row] = rgba + row * row_bytes;
    png_read_image(png, rows.data());
}

}  // namespace

Result<Size> png_size(ByteView file) {
    PngReader reader(file, PngReader::Warnings::pass);
    return read_header(reader);
}

Result<Picture> decode_png(ByteView file) {
    PngReader reader(file, PngReader::Warnings::pass);
    const auto size = read_header(reader);
    if (!size) return Failure{size.error()};
    std::vector<std::uint8_t> rgba(kBytesPerPixel * size->width * size->height);
    std::vector<png_bytep> rows(size->height);
    if (!reader.attempt([&](auto png, auto info) { read_rows(png, info, rgba.data(), rows); }))
        return refused(reader.complaint());
    return on_white(*size, rgba);
}

}  // namespace gotong::picture
