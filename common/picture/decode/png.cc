#include <png.h>

#include <csetjmp>
#include <cstring>

#include "common/check.h"
#include "common/picture/decode/codecs.h"

namespace gotong::picture {
namespace {

constexpr std::uint64_t kBytesPerPixel = 4;
// Deflate cannot expand further, so a smaller file is no picture of its size: refused before its
// pixels get memory.
constexpr std::uint64_t kMaxExpansion = 1032;

// libpng leaves by longjmp() when it fails, so its calls stand in functions of their own, in which
// nothing needs a destructor.
class Reader {
  public:
    explicit Reader(ByteView file)
        : left_(file),
          png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &give_up, &ignore)),
          info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
        check(info_ != nullptr, "libpng starts");
        png_set_read_fn(png_, this, &read);
    }
    ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    bool read_header() {
        if (setjmp(png_jmpbuf(png_)) != 0) return false;
        png_set_user_limits(png_, kMaxSide, kMaxSide);
        // Texts and profiles stay compressed; a palette's transparency is read all the same.
        png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
        png_read_info(png_, info_);
        return true;
    }

    // Whatever it is, to 8-bit RGBA. `rows` has room for as many rows as the picture has.
    bool read_rows(std::uint8_t* rgba, png_bytep* rows) {
        if (setjmp(png_jmpbuf(png_)) != 0) return false;
        png_set_scale_16(png_);
        png_set_expand(png_);
        png_set_gray_to_rgb(png_);
        png_set_add_alpha(png_, 0xFF, PNG_FILLER_AFTER);
        png_set_interlace_handling(png_);
        png_read_update_info(png_, info_);
        if (png_get_rowbytes(png_, info_) != kBytesPerPixel * size().width)
            png_error(png_, "its rows are of an unknown kind");
        for (std::size_t row = 0; row < size().height; ++row)
            rows[row] = rgba + row * kBytesPerPixel * size().width;
        png_read_image(png_, rows);
        return true;
    }

    Size size() const {
        return {png_get_image_width(png_, info_), png_get_image_height(png_, info_)};
    }
    // What the file's rows take, filters included; interlaced ones a little more.
    std::uint64_t packed_bytes() const {
        const std::uint64_t bits =
            std::uint64_t{png_get_bit_depth(png_, info_)} * png_get_channels(png_, info_);
        return std::uint64_t{size().height} * ((size().width * bits + 7) / 8 + 1);
    }
    std::string complaint() const { return complaint_; }

  private:
    [[noreturn]] static void give_up(png_structp png, png_const_charp why) {
        auto* self = static_cast<Reader*>(png_get_error_ptr(png));
        std::strncpy(self->complaint_, why, sizeof self->complaint_ - 1);
        png_longjmp(png, 1);
    }
    static void ignore(png_structp, png_const_charp) {}

    static void read(png_structp png, png_bytep into, std::size_t size) {
        auto* self = static_cast<Reader*>(png_get_io_ptr(png));
        if (size > self->left_.size()) png_error(png, "the file is cut short");
        std::memcpy(into, self->left_.data(), size);
        self->left_ = self->left_.subspan(size);
    }

    ByteView left_;
    char complaint_[128] = {};
    png_structp png_;
    png_infop info_;
};

Result<Size> read_header(Reader& reader, std::size_t file_bytes) {
    if (!reader.read_header()) return refused(reader.complaint());
    if (const auto ok = check_size(reader.size()); !ok) return Failure{ok.error()};
    if (reader.packed_bytes() > file_bytes * kMaxExpansion)
        return refused("the file is too small to hold its pixels");
    return reader.size();
}

}  // namespace

Result<Size> png_size(ByteView file) {
    Reader reader(file);
    return read_header(reader, file.size());
}

Result<Picture> decode_png(ByteView file) {
    Reader reader(file);
    const auto size = read_header(reader, file.size());
    if (!size) return Failure{size.error()};
    std::vector<std::uint8_t> rgba(kBytesPerPixel * size->width * size->height);
    std::vector<png_bytep> rows(size->height);
    if (!reader.read_rows(rgba.data(), rows.data())) return refused(reader.complaint());
    return on_white(*size, rgba);
}

}  // namespace gotong::picture
