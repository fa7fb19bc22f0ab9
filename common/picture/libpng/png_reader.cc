#include "common/picture/libpng/png_reader.h"

#include <cstring>

#include "common/check.h"

namespace gotong::picture {
namespace {

constexpr std::uint64_t kMaxExpansion = 1032;  // Deflate's.

void ignore(png_structp, png_const_charp) {}

}  // namespace

PngReader::PngReader(ByteView file, Warnings warnings)
    : file_bytes_(file.size()),
      left_(file),
      png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &give_up,
                                  warnings == Warnings::fail ? &give_up : &ignore)),
      info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
    check(info_ != nullptr, "libpng starts");
    png_set_read_fn(png_, this, &read);
    if (warnings == Warnings::pass) return;
    png_set_benign_errors(png_, 0);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
}

PngReader::~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

bool PngReader::read_header(std::uint32_t max_side) {
    return attempt([max_side](png_structp png, png_infop info) {
        png_set_user_limits(png, max_side, max_side);
        // A palette's transparency is read all the same.
        png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
        png_read_info(png, info);
    });
}

bool PngReader::could_hold_its_pixels() const {
    const std::uint64_t bits =
        std::uint64_t{png_get_bit_depth(png_, info_)} * png_get_channels(png_, info_);
    const std::uint64_t row = (width() * bits + 7) / 8 + 1;  // Interlaced ones take a little more.
    return height() * row <= file_bytes_ * kMaxExpansion;
}

void PngReader::give_up(png_structp png, png_const_charp why) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::strncpy(self->complaint_, why, sizeof self->complaint_ - 1);
    png_longjmp(png, 1);
}

void PngReader::read(png_structp png, png_bytep into, std::size_t size) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (size > self->left_.size()) png_error(png, "the file is cut short");
    std::memcpy(into, self->left_.data(), size);
    self->left_ = self->left_.subspan(size);
}

}  // namespace gotong::picture
