// libpng, reading from memory: the frame that every reader of a stranger's PNG needs.
//
// libpng leaves by longjmp() when it fails. All calls of it stand in attempt(), whose body is plain
// C in spirit: nothing in it needs a destructor.
//
//     PngReader reader(file, PngReader::Warnings::pass);
//     if (!reader.attempt([](png_structp png, png_infop info) { png_read_info(png, info); }))
//         return refused(reader.complaint());
#pragma once

#include <png.h>

#include <csetjmp>
#include <cstdint>
#include <string>

#include "common/bytes.h"

namespace gotong::picture {

class PngReader {
  public:
    enum class Warnings { pass, fail };

    // `file` outlives the reader.
    PngReader(ByteView file, Warnings warnings);
    ~PngReader();
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;

    // Whether libpng got through `body(png_structp, png_infop)`.
    template <class Body>
    bool attempt(Body body) {
        if (setjmp(png_jmpbuf(png_)) != 0) return false;
        body(png_, info_);
        return true;
    }

    // Up to the pixels. A side above the limit is refused, and chunks that no picture needs are
    // skipped as they are, so that texts and profiles are never decompressed.
    bool read_header(std::uint32_t max_side);

    // Of the header that was read.
    std::uint32_t width() const { return png_get_image_width(png_, info_); }    // Pixels.
    std::uint32_t height() const { return png_get_image_height(png_, info_); }  // Pixels.

    // Whether the file's bytes could hold its rows, filters included. Deflate cannot expand
    // further, so others can be refused before their pixels get memory.
    bool could_hold_its_pixels() const;

    bool is_at_end() const { return left_.empty(); }      // Of the file.
    std::string complaint() const { return complaint_; }  // Of the attempt that failed.

  private:
    [[noreturn]] static void give_up(png_structp png, png_const_charp why);
    static void read(png_structp png, png_bytep into, std::size_t size);

    std::size_t file_bytes_;
    ByteView left_;
    char complaint_[128] = {};
    png_structp png_;
    png_infop info_;
};

}  // namespace gotong::picture
