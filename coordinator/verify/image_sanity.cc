#include "coordinator/verify/image_sanity.h"

#include <png.h>

#include <csetjmp>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "common/check.h"
#include "common/receipt/pixel_digest.h"

namespace gotong::verify {
namespace {

constexpr std::uint64_t kBytesPerPixel = 3;
// Deflate cannot expand further, so a smaller file is no picture of its size: refused before a row
// is decoded.
constexpr std::uint64_t kMaxExpansion = 1032;

// libpng leaves by longjmp() when it fails, so its calls stand in functions of their own, in which
// nothing needs a destructor.
class Decoder {
  public:
    explicit Decoder(ByteView file)
        : left_(file),
          png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &give_up, &give_up)),
          info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
        check(info_ != nullptr, "libpng starts");
        png_set_read_fn(png_, this, &read);
    }
    ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    bool read_header() {
        if (setjmp(png_jmpbuf(png_)) != 0) return false;
        png_set_benign_errors(png_, 0);
        png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
        png_set_user_limits(png_, kMaxSide, kMaxSide);
        png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
        png_read_info(png_, info_);
        return true;
    }

    // `row` has room for 3 * width() bytes; every row goes through it to `digest`.
    bool read_rows(std::span<std::uint8_t> row, receipt::PixelDigest& digest) {
        if (setjmp(png_jmpbuf(png_)) != 0) return false;
        for (std::size_t n = 0; n < height(); ++n) {
            png_read_row(png_, row.data(), nullptr);
            digest.add(row);
        }
        png_read_end(png_, nullptr);
        return true;
    }

    std::uint32_t width() const { return png_get_image_width(png_, info_); }
    std::uint32_t height() const { return png_get_image_height(png_, info_); }
    bool is_plain_rgb8() const {
        return png_get_bit_depth(png_, info_) == 8 &&
               png_get_color_type(png_, info_) == PNG_COLOR_TYPE_RGB &&
               png_get_interlace_type(png_, info_) == PNG_INTERLACE_NONE;
    }
    bool is_at_end() const { return left_.empty(); }
    std::string complaint() const { return complaint_; }

  private:
    // For warnings too: what our workers write gives none.
    [[noreturn]] static void give_up(png_structp png, png_const_charp why) {
        auto* self = static_cast<Decoder*>(png_get_error_ptr(png));
        std::strncpy(self->complaint_, why, sizeof self->complaint_ - 1);
        png_longjmp(png, 1);
    }

    static void read(png_structp png, png_bytep into, std::size_t size) {
        auto* self = static_cast<Decoder*>(png_get_io_ptr(png));
        if (size > self->left_.size()) png_error(png, "the file is cut short");
        std::memcpy(into, self->left_.data(), size);
        self->left_ = self->left_.subspan(size);
    }

    ByteView left_;
    char complaint_[128] = {};
    png_structp png_;
    png_infop info_;
};

Failure refused(const std::string& why) {
    return fail(ErrorCode::invalid_argument, "the picture is refused: " + why);
}

Result<> check_shape(const Decoder& decoder, std::size_t file_size) {
    const std::uint64_t pixels = std::uint64_t{decoder.width()} * decoder.height();
    if (pixels > kMaxPixels) {
        return refused("it has " + std::to_string(pixels) + " pixels, at most " +
                       std::to_string(kMaxPixels) + " are allowed");
    }
    if (!decoder.is_plain_rgb8()) return refused("it must be 8-bit RGB, not interlaced");
    if (pixels * kBytesPerPixel > file_size * kMaxExpansion) {
        return refused("the file is too small to hold its pixels");
    }
    return {};
}

}  // namespace

Result<Image> inspect_png(ByteView file) {
    if (file.size() > kMaxPngBytes) {
        return refused("it has " + std::to_string(file.size()) + " bytes, at most " +
                       std::to_string(kMaxPngBytes) + " are allowed");
    }
    Decoder decoder(file);
    if (!decoder.read_header()) return refused(decoder.complaint());
    if (Result<> shape = check_shape(decoder, file.size()); !shape) return Failure{shape.error()};
    std::vector<std::uint8_t> row(kBytesPerPixel * decoder.width());
    receipt::PixelDigest digest(decoder.width(), decoder.height());
    if (!decoder.read_rows(row, digest)) return refused(decoder.complaint());
    if (!decoder.is_at_end()) return refused("there are bytes after its end");
    return Image{decoder.width(), decoder.height(), digest.finish()};
}

}  // namespace gotong::verify
