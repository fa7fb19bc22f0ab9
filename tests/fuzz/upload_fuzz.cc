// No bytes make the decoders of uploads fail otherwise than by an Error, and a small file never
// gets the memory of the picture that it claims to be.
#include "common/check.h"
#include "common/picture/decode/fit.h"
#include "tests/fuzz/png_checksums.h"
#include "tests/fuzz/target.h"

namespace gotong::fuzz {
namespace {

constexpr picture::Size kJob{64, 48};

void check_decoded(const picture::Picture& decoded, ByteView file) {
    check(picture::read_size(file).value() == decoded.size, "a header tells the size");
    check(decoded.rgb.size() == std::size_t{3} * decoded.size.width * decoded.size.height,
          "there are as many pixels as the size says");
    check(picture::fitted(decoded, kJob).size == kJob, "it can be brought to a job's size");
}

// Larger ones would only be slower; what they may cost is tests/common/picture/decode's business.
constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 19U;
constexpr std::size_t kSignature = 8;  // Of a PNG file.

// A PNG's checksums would keep nearly every input out.
std::string mended(ByteView input) {
    if (picture::format_of(input) != picture::Format::png) return std::string(as_text(input));
    return as_png(input.subspan(kSignature));
}

}  // namespace

// A progressive JPEG takes 6 bytes for each of three samples, and what is made of it 3 and 4.
const Allowance kAllowance{.fixed = kMostPixels * 28 + (std::size_t{4} << 20U)};

void read(ByteView input) {
    const std::string file = mended(input);
    const auto size = picture::read_size(as_bytes(file));
    if (!taken(size) || std::uint64_t{size->width} * size->height > kMostPixels) return;
    const auto decoded = picture::decode(as_bytes(file));
    if (taken(decoded)) check_decoded(*decoded, as_bytes(file));
}

}  // namespace gotong::fuzz
