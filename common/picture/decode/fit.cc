#include "common/picture/decode/fit.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gotong::picture {
namespace {

constexpr int kPrecision = 22;  // Bits of a weight's fraction; a sum of 8-bit values fits 32.
constexpr std::int64_t kOne = std::int64_t{1} << kPrecision;

struct Filter {
    double radius;  // In pixels of the smaller of both pictures.
    double (*weight)(double distance);
};

double sinc(double x) {
    if (x == 0) return 1;
    const double angle = x * std::numbers::pi;
    return std::sin(angle) / angle;
}

double lanczos3(double x) { return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0; }
// Half open, so that a pixel on the border of two counts once.
double box(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }

constexpr Filter kLanczos3{3, lanczos3};
constexpr Filter kBox{0.5, box};

// What one pixel after is made of: weights of the pixels `first`, `first` + 1, ... before.
struct Window {
    std::size_t first;
    std::vector<std::int64_t> weights;  // They add up to about kOne.
};

Window window_at(std::uint32_t after, double scale, std::uint32_t before, const Filter& filter) {
    const double stretch = std::max(scale, 1.0);
    const double centre = (after + 0.5) * scale;
    const double radius = filter.radius * stretch;
    const auto first = static_cast<std::int64_t>(std::max(centre - radius + 0.5, 0.0));
    const auto end = std::min(static_cast<std::int64_t>(centre + radius + 0.5),
                              static_cast<std::int64_t>(before));
    std::vector<double> weights;
    double sum = 0;
    for (std::int64_t i = first; i < end; ++i) {
        weights.push_back(filter.weight((static_cast<double>(i) - centre + 0.5) / stretch));
        sum += weights.back();
    }
    Window window{static_cast<std::size_t>(first), {}};
    for (const double weight : weights)
        window.weights.push_back(std::llround(weight / sum * static_cast<double>(kOne)));
    return window;
}

std::vector<Window> windows(std::uint32_t before, std::uint32_t after, const Filter& filter) {
    const double scale = static_cast<double>(before) / after;
    std::vector<Window> all;
    for (std::uint32_t i = 0; i < after; ++i) all.push_back(window_at(i, scale, before, filter));
    return all;
}

// The weighed sum of every `stride`-th byte from `bytes` on.
std::uint8_t weighed(const Window& window, const std::uint8_t* bytes, std::size_t stride) {
    std::int64_t sum = kOne / 2;
    for (std::size_t i = 0; i < window.weights.size(); ++i)
        sum += window.weights[i] * bytes[(window.first + i) * stride];
    return static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum >> kPrecision, 0, 255));
}

Picture resized_across(const Picture& picture, std::uint32_t width, const Filter& filter) {
    if (width == picture.size.width) return picture;
    const auto all = windows(picture.size.width, width, filter);
    Picture result{{width, picture.size.height}, {}};
    result.rgb.reserve(std::size_t{3} * width * picture.size.height);
    for (std::size_t y = 0; y < picture.size.height; ++y) {
        const std::uint8_t* row = picture.rgb.data() + 3 * y * picture.size.width;
        for (const Window& window : all)
            for (std::size_t c = 0; c < 3; ++c) result.rgb.push_back(weighed(window, row + c, 3));
    }
    return result;
}

Picture resized_down(const Picture& picture, std::uint32_t height, const Filter& filter) {
    if (height == picture.size.height) return picture;
    const std::size_t stride = std::size_t{3} * picture.size.width;
    Picture result{{picture.size.width, height}, {}};
    result.rgb.reserve(stride * height);
    for (const Window& window : windows(picture.size.height, height, filter))
        for (std::size_t x = 0; x < stride; ++x)
            result.rgb.push_back(weighed(window, picture.rgb.data() + x, stride));
    return result;
}

Picture cut(const Picture& picture, const Crop& crop) {
    Picture result{crop.size, {}};
    result.rgb.reserve(std::size_t{3} * crop.size.width * crop.size.height);
    for (std::size_t y = crop.top; y < std::size_t{crop.top} + crop.size.height; ++y) {
        const std::uint8_t* first = picture.rgb.data() + 3 * (y * picture.size.width + crop.left);
        result.rgb.insert(result.rgb.end(), first, first + std::size_t{3} * crop.size.width);
    }
    return result;
}

Picture resampled(const Picture& picture, const Size& to, const Filter& filter) {
    const Crop crop = middle(picture.size, to);
    return resized_down(resized_across(cut(picture, crop), to.width, filter), to.height, filter);
}

// a x b / c, to the nearest, at least 1.
std::uint32_t share(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    const std::uint64_t rounded = (std::uint64_t{a} * b + c / 2) / c;
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(rounded, 1));
}

}  // namespace

Crop middle(const Size& from, const Size& to) {
    Size size = from;
    if (std::uint64_t{from.width} * to.height > std::uint64_t{to.width} * from.height)
        size.width = std::min(share(from.height, to.width, to.height), from.width);
    else
        size.height = std::min(share(from.width, to.height, to.width), from.height);
    return {(from.width - size.width) / 2, (from.height - size.height) / 2, size};
}

Picture fitted(const Picture& picture, const Size& to) {
    if (picture.size == to) return picture;
    return resampled(picture, to, kLanczos3);
}

std::vector<std::uint8_t> fitted_mask(const Picture& mask, const Size& to) {
    const Picture sized = resampled(mask, to, kBox);
    std::vector<std::uint8_t> bits;
    bits.reserve(sized.rgb.size() / 3);
    for (std::size_t i = 0; i + 2 < sized.rgb.size(); i += 3) {
        const int sum = sized.rgb[i] + sized.rgb[i + 1] + sized.rgb[i + 2];
        bits.push_back(sum > 3 * 127 ? 1 : 0);
    }
    return bits;
}

}  // namespace gotong::picture
