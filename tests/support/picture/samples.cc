#include "tests/support/picture/samples.h"

// jpeglib.h needs what cstdio declares.
// clang-format off
#include <cstdio>
#include <jpeglib.h>
// clang-format on
#include <webp/encode.h>

#include <cstdlib>

namespace gotong::picture::test {
namespace {

// The default handlers of libjpeg end the process: a test that breaks does so visibly.
std::string compress(const Picture& picture, J_COLOR_SPACE space, int components,
                     const std::string& app1, bool progressive) {
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = picture.size.width;
    jpeg.image_height = picture.size.height;
    jpeg.input_components = components;
    jpeg.in_color_space = space;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 100, TRUE);
    if (progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    if (!app1.empty())
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, as_bytes(app1).data(),
                          static_cast<unsigned>(app1.size()));
    std::vector<std::uint8_t> row;
    const auto stride = static_cast<std::size_t>(components) * std::size_t{picture.size.width};
    while (jpeg.next_scanline < jpeg.image_height) {
        const auto* first = picture.rgb.data() + stride * jpeg.next_scanline;
        row.assign(first, first + stride);
        JSAMPROW rows = row.data();
        jpeg_write_scanlines(&jpeg, &rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    std::string file(reinterpret_cast<char*>(bytes), size);
    jpeg_destroy_compress(&jpeg);
    std::free(bytes);
    return file;
}

}  // namespace

Picture pattern(Size size) {
    Picture picture{size, {}};
    for (std::uint32_t y = 0; y < size.height; ++y)
        for (std::uint32_t x = 0; x < size.width; ++x)
            for (const std::uint32_t value : {x * 37 + y * 11, x * 5 + y * 83, x * 59 + y * 29})
                picture.rgb.push_back(static_cast<std::uint8_t>(value));
    return picture;
}

std::string png(Size size, int depth, int colour, const std::vector<std::vector<png_byte>>& rows,
                const std::vector<png_color>& palette, const std::vector<png_byte>& palette_alpha,
                bool interlaced) {
    std::string file;
    png_structp writer = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(writer);
    png_set_write_fn(
        writer, &file,
        [](png_structp to, png_bytep bytes, std::size_t count) {
            static_cast<std::string*>(png_get_io_ptr(to))
                ->append(reinterpret_cast<char*>(bytes), count);
        },
        nullptr);
    png_set_IHDR(writer, info, size.width, size.height, depth, colour,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (!palette.empty())
        png_set_PLTE(writer, info, palette.data(), static_cast<int>(palette.size()));
    if (!palette_alpha.empty())
        png_set_tRNS(writer, info, palette_alpha.data(), static_cast<int>(palette_alpha.size()),
                     nullptr);
    png_write_info(writer, info);
    std::vector<png_bytep> pointers;
    for (const auto& row : rows) pointers.push_back(const_cast<png_bytep>(row.data()));
    png_write_image(writer, pointers.data());
    png_write_end(writer, nullptr);
    png_destroy_write_struct(&writer, &info);
    return file;
}

std::string rgb_png(const Picture& picture, bool interlaced) {
    const std::size_t stride = std::size_t{3} * picture.size.width;
    std::vector<std::vector<png_byte>> rows;
    for (std::size_t y = 0; y < picture.size.height; ++y) {
        const auto* first = picture.rgb.data() + y * stride;
        rows.emplace_back(first, first + stride);
    }
    return png(picture.size, 8, PNG_COLOR_TYPE_RGB, rows, {}, {}, interlaced);
}

std::string jpeg(const Picture& picture, const std::string& app1, bool progressive) {
    return compress(picture, JCS_RGB, 3, app1, progressive);
}

std::string grey_jpeg(Size size, std::uint8_t grey) {
    const std::size_t pixels = std::size_t{size.width} * size.height;
    return compress({size, std::vector<std::uint8_t>(pixels, grey)}, JCS_GRAYSCALE, 1, {}, false);
}

std::string cmyk_jpeg(Size size) {
    const std::size_t bytes = std::size_t{4} * size.width * size.height;
    return compress({size, std::vector<std::uint8_t>(bytes, 90)}, JCS_CMYK, 4, {}, false);
}

std::string lossless_webp(const Picture& picture, std::uint8_t alpha) {
    std::vector<std::uint8_t> rgba;
    for (std::size_t i = 0; i + 2 < picture.rgb.size(); i += 3)
        rgba.insert(rgba.end(), {picture.rgb[i], picture.rgb[i + 1], picture.rgb[i + 2], alpha});
    std::uint8_t* bytes = nullptr;
    const std::size_t size = WebPEncodeLosslessRGBA(
        rgba.data(), static_cast<int>(picture.size.width), static_cast<int>(picture.size.height),
        static_cast<int>(4 * picture.size.width), &bytes);
    std::string file(reinterpret_cast<char*>(bytes), size);
    WebPFree(bytes);
    return file;
}

}  // namespace gotong::picture::test
