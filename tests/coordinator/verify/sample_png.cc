#include "tests/coordinator/verify/sample_png.h"

#include "common/check.h"

namespace gotong::verify {
namespace {

[[noreturn]] void give_up(png_structp, png_const_charp why) {
    check(false, why);
    std::abort();
}

void append(png_structp png, png_bytep bytes, std::size_t size) {
    static_cast<std::string*>(png_get_io_ptr(png))
        ->append(reinterpret_cast<const char*>(bytes), size);
}

std::size_t stride_of(const Kind& kind) {
    const bool is_rgb =
        (kind.color & PNG_COLOR_MASK_COLOR) != 0 && (kind.color & PNG_COLOR_MASK_PALETTE) == 0;
    const std::size_t channels =
        (is_rgb ? 3U : 1U) + ((kind.color & PNG_COLOR_MASK_ALPHA) != 0 ? 1U : 0U);
    return (kind.width * channels * static_cast<std::size_t>(kind.depth) + 7) / 8;
}

}  // namespace

std::vector<std::uint8_t> sample_rows(const Kind& kind) {
    std::vector<std::uint8_t> rows(stride_of(kind) * kind.height);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint8_t>(i * 37 + 11);
    return rows;
}

std::string encode(const Kind& kind, const std::vector<std::uint8_t>& rows) {
    std::string file;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, &give_up, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, &append, nullptr);
    png_set_IHDR(png, info, kind.width, kind.height, kind.depth, kind.color, kind.interlace,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    const std::vector<png_color> palette(256);
    if (kind.color == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette.data(), 256);
    png_write_info(png, info);
    std::vector<png_bytep> pointers;
    for (std::size_t row = 0; row < kind.height; ++row) {
        pointers.push_back(const_cast<png_bytep>(rows.data()) + row * stride_of(kind));
    }
    png_write_image(png, pointers.data());
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return file;
}

}  // namespace gotong::verify
