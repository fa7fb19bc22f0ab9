// jpeglib.h needs what cstdio declares.
// clang-format off
#include <cstdio>
#include <jpeglib.h>
// clang-format on
#include <csetjmp>

#include "common/picture/decode/codecs.h"
#include "common/picture/decode/orientation.h"

namespace gotong::picture {
namespace {

constexpr unsigned kMaxMarker = 0xFFFF;
// Encoders write some ten; each costs a pass over all pixels.
constexpr int kMaxScans = 100;
// Of libjpeg's own buffers: a progressive file's coefficients take 6 bytes a pixel.
constexpr long kMaxMemory = 400L << 20;

// libjpeg leaves by longjmp() when it fails, so its calls stand in functions of their own, in which
// nothing needs a destructor.
class Reader {
  public:
    explicit Reader(ByteView file) : file_(file) {
        jpeg_.err = jpeg_std_error(&errors_.base);
        errors_.base.error_exit = [](j_common_ptr jpeg) {
            auto* errors = reinterpret_cast<Errors*>(jpeg->err);
            jpeg->err->format_message(jpeg, errors->complaint);
            std::longjmp(errors->way_out, 1);
        };
        errors_.base.output_message = [](j_common_ptr) {};
    }
    ~Reader() {
        if (is_created_) jpeg_destroy_decompress(&jpeg_);
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    bool read_header() {
        if (setjmp(errors_.way_out) != 0) return false;
        jpeg_create_decompress(&jpeg_);
        is_created_ = true;
        jpeg_.mem->max_memory_to_use = kMaxMemory;
        jpeg_mem_src(&jpeg_, file_.data(), file_.size());
        // In the place of libjpeg's own, which would make up an end for a file without one.
        jpeg_.src->fill_input_buffer = [](j_decompress_ptr jpeg) -> boolean {
            auto* errors = reinterpret_cast<Errors*>(jpeg->err);
            std::snprintf(errors->complaint, sizeof errors->complaint, "the file is cut short");
            std::longjmp(errors->way_out, 1);
        };
        jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, kMaxMarker);
        jpeg_read_header(&jpeg_, TRUE);
        return true;
    }

    // `rgb` has room for all rows.
    bool read_rows(std::uint8_t* rgb) {
        if (setjmp(errors_.way_out) != 0) return false;
        progress_.base.progress_monitor = &count_scans;
        progress_.errors = &errors_;
        jpeg_.progress = &progress_.base;
        jpeg_.out_color_space = JCS_RGB;
        jpeg_start_decompress(&jpeg_);
        while (jpeg_.output_scanline < jpeg_.output_height) {
            JSAMPROW row = rgb + std::size_t{3} * jpeg_.output_width * jpeg_.output_scanline;
            jpeg_read_scanlines(&jpeg_, &row, 1);
        }
        return true;
    }

    Size size() const { return {jpeg_.image_width, jpeg_.image_height}; }
    bool is_grey_or_rgb() const {
        return jpeg_.jpeg_color_space == JCS_GRAYSCALE || jpeg_.jpeg_color_space == JCS_RGB ||
               jpeg_.jpeg_color_space == JCS_YCbCr;
    }
    Orientation orientation() const {
        const auto* marker = jpeg_.marker_list;
        return marker ? orientation_in({marker->data, marker->data_length}) : kUpright;
    }
    std::string complaint() const { return errors_.complaint; }

  private:
    struct Errors {
        jpeg_error_mgr base{};  // First: libjpeg hands out its address.
        std::jmp_buf way_out{};
        char complaint[JMSG_LENGTH_MAX] = {};
    };
    struct Progress {
        jpeg_progress_mgr base{};  // First, too.
        Errors* errors = nullptr;
    };

    static void count_scans(j_common_ptr common) {
        const auto* jpeg = reinterpret_cast<j_decompress_ptr>(common);
        if (jpeg->input_scan_number <= kMaxScans) return;
        auto* errors = reinterpret_cast<Progress*>(common->progress)->errors;
        std::snprintf(errors->complaint, sizeof errors->complaint, "it has too many scans");
        std::longjmp(errors->way_out, 1);
    }

    ByteView file_;
    Errors errors_{};
    Progress progress_{};
    jpeg_decompress_struct jpeg_{};
    bool is_created_ = false;
};

Result<Size> read_header(Reader& reader) {
    if (!reader.read_header()) return refused(reader.complaint());
    if (const auto ok = check_size(reader.size()); !ok) return Failure{ok.error()};
    if (reader.is_grey_or_rgb()) return reader.size();
    return refused("its colours are for printing (CMYK); save it as RGB");
}

}  // namespace

Result<Size> jpeg_size(ByteView file) {
    Reader reader(file);
    const auto stored = read_header(reader);
    if (!stored) return stored;
    return turned(*stored, reader.orientation());
}

Result<Picture> decode_jpeg(ByteView file) {
    Reader reader(file);
    const auto stored = read_header(reader);
    if (!stored) return Failure{stored.error()};
    Picture picture{*stored,
                    std::vector<std::uint8_t>(std::size_t{3} * stored->width * stored->height)};
    if (!reader.read_rows(picture.rgb.data())) return refused(reader.complaint());
    return upright(std::move(picture), reader.orientation());
}

}  // namespace gotong::picture
