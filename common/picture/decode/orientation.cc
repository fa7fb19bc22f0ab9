#include "common/picture/decode/orientation.h"

#include <optional>
#include <string_view>
#include <utility>

namespace gotong::picture {
namespace {

constexpr std::uint32_t kOrientationTag = 0x0112;
constexpr std::uint32_t kShort = 3;  // TIFF's type of two bytes.
constexpr std::size_t kEntryBytes = 12;

// A TIFF structure, in either order of bytes. Reads beyond its end give nothing.
class Tiff {
  public:
    explicit Tiff(ByteView bytes) : bytes_(bytes) {
        is_little_ = as_text(bytes).starts_with("II");
        is_good_ = is_little_ || as_text(bytes).starts_with("MM");
    }

    bool is_good() const { return is_good_; }

    std::optional<std::uint32_t> number(std::size_t at, std::size_t bytes) const {
        if (at > bytes_.size() || bytes_.size() - at < bytes) return std::nullopt;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value = value << 8U | bytes_[at + (is_little_ ? bytes - 1 - i : i)];
        return value;
    }

  private:
    ByteView bytes_;
    bool is_little_ = false;
    bool is_good_ = false;
};

// The value of the first directory's entry; nullopt where there is none.
std::optional<std::uint32_t> orientation_entry(const Tiff& tiff) {
    const auto directory = tiff.number(4, 4);
    if (!directory) return std::nullopt;
    const auto count = tiff.number(*directory, 2);
    for (std::size_t i = 0; i < count.value_or(0); ++i) {
        const std::size_t at = *directory + 2 + i * kEntryBytes;
        const auto tag = tiff.number(at, 2);
        if (!tag) return std::nullopt;
        if (tag == kOrientationTag && tiff.number(at + 2, 2) == kShort)
            return tiff.number(at + 8, 2);
    }
    return std::nullopt;
}

bool swaps_sides(Orientation orientation) { return orientation >= 5; }

// Where the pixel that is seen at (x, y) is stored.
std::pair<std::uint32_t, std::uint32_t> stored_at(std::uint32_t x, std::uint32_t y,
                                                  const Size& stored, Orientation orientation) {
    const std::uint32_t right = stored.width - 1;
    const std::uint32_t bottom = stored.height - 1;
    switch (orientation) {
        case 2:
            return {right - x, y};
        case 3:
            return {right - x, bottom - y};
        case 4:
            return {x, bottom - y};
        case 5:
            return {y, x};
        case 6:
            return {y, bottom - x};
        case 7:
            return {right - y, bottom - x};
        case 8:
            return {right - y, x};
        default:
            return {x, y};
    }
}

}  // namespace

Orientation orientation_in(ByteView app1) {
    constexpr std::string_view kMark{"Exif\0\0", 6};
    if (!as_text(app1).starts_with(kMark)) return kUpright;
    const Tiff tiff(app1.subspan(kMark.size()));
    const std::uint32_t value = tiff.is_good() ? orientation_entry(tiff).value_or(0) : 0;
    return value >= 1 && value <= 8 ? static_cast<Orientation>(value) : kUpright;
}

Size turned(const Size& stored, Orientation orientation) {
    return swaps_sides(orientation) ? Size{stored.height, stored.width} : stored;
}

Picture upright(Picture stored, Orientation orientation) {
    if (orientation == kUpright) return stored;
    Picture seen{turned(stored.size, orientation), {}};
    seen.rgb.reserve(stored.rgb.size());
    for (std::uint32_t y = 0; y < seen.size.height; ++y) {
        for (std::uint32_t x = 0; x < seen.size.width; ++x) {
            const auto [column, row] = stored_at(x, y, stored.size, orientation);
            const std::size_t at = 3 * (std::size_t{row} * stored.size.width + column);
            seen.rgb.insert(seen.rgb.end(),
                            {stored.rgb[at], stored.rgb[at + 1], stored.rgb[at + 2]});
        }
    }
    return seen;
}

}  // namespace gotong::picture
