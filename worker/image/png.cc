#include "worker/image/png.h"

#include <png.h>
#include <zlib.h>

#include <csetjmp>
#include <utility>

#include "common/check.h"
#include "common/png/text_chunk.h"

namespace gotong::image {
namespace {

constexpr std::size_t kBytesPerPixel = 3;
constexpr std::size_t kDataPiece = 1U << 20U;  // One IDAT chunk for most pictures.
constexpr std::size_t kAfterHeader = 8 + 25;   // The signature and IHDR: where texts go.

// libpng's state, released however encoding ends.
class Writer {
  public:
    Writer()
        : png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, &give_up, &ignore)),
          info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
        check(info_ != nullptr, "libpng starts");
        png_set_write_fn(png_, &out_, &append, nullptr);
    }
    ~Writer() { png_destroy_write_struct(&png_, &info_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // libpng leaves by longjmp() when it fails, so nothing here may need a destructor.
    bool write(std::uint32_t width, std::uint32_t height, const std::uint8_t* rgb) {
        if (setjmp(png_jmpbuf(png_)) != 0) return false;
        png_set_IHDR(png_, info_, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_set_filter(png_, PNG_FILTER_TYPE_BASE, PNG_FILTER_PAETH);
        png_set_compression_strategy(png_, Z_HUFFMAN_ONLY);
        png_set_compression_buffer_size(png_, kDataPiece);
        png_write_info(png_, info_);
        for (std::size_t row = 0; row < height; ++row) {
            png_write_row(png_, rgb + row * width * kBytesPerPixel);
        }
        png_write_end(png_, info_);
        return true;
    }

    std::string& out() { return out_; }

  private:
    static void append(png_structp png, png_bytep bytes, std::size_t size) {
        static_cast<std::string*>(png_get_io_ptr(png))
            ->append(reinterpret_cast<const char*>(bytes), size);
    }
    [[noreturn]] static void give_up(png_structp png, png_const_charp) { png_longjmp(png, 1); }
    static void ignore(png_structp, png_const_charp) {}  // Warnings.

    std::string out_;
    png_structp png_;
    png_infop info_;
};

Result<std::string> chunks_of(const std::vector<TextChunk>& texts) {
    std::string chunks;
    for (const TextChunk& text : texts) {
        const Result<std::string> chunk = png::make_text_chunk({text.keyword, text.text});
        if (!chunk) return Failure{chunk.error()};
        chunks += *chunk;
    }
    return chunks;
}

}  // namespace

Result<std::string> encode_png(std::uint32_t width, std::uint32_t height,
                               std::span<const std::uint8_t> rgb,
                               const std::vector<TextChunk>& texts) {
    if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
        return fail(ErrorCode::invalid_argument,
                    "a picture's sides must be 1 to " + std::to_string(kMaxSide) + " pixels",
                    "size");
    }
    if (rgb.size() != kBytesPerPixel * width * height) {
        return fail(ErrorCode::invalid_argument, "a picture needs three bytes a pixel", "rgb");
    }
    const Result<std::string> chunks = chunks_of(texts);
    if (!chunks) return Failure{chunks.error()};
    Writer writer;
    if (!writer.write(width, height, rgb.data())) {
        return fail(ErrorCode::internal, "libpng could not write the picture");
    }
    writer.out().insert(kAfterHeader, *chunks);
    return std::move(writer.out());
}

}  // namespace gotong::image
