#include "worker/engine/latent/preview.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace gotong::engine {
namespace {

constexpr std::size_t kColours = 3;
constexpr double kMaxByte = 255;

using Row = std::vector<double>;  // A latent cell's channels and a 1; then what is wanted of it.

// Sizes of one latent, once its shape is known to be [1, channels, h, w].
struct Cells {
    std::size_t channels = 0;
    std::size_t height = 0;
    std::size_t width = 0;

    float channel(std::span<const float> values, std::size_t c, std::size_t y,
                  std::size_t x) const {
        return values[(c * height + y) * width + x];
    }
};

Result<Cells> cells_of(std::span<const std::int64_t> shape, std::size_t values) {
    if (shape.size() == 4 && shape[0] == 1 && shape[1] > 0 && shape[2] > 0 && shape[3] > 0) {
        const Cells cells{static_cast<std::size_t>(shape[1]), static_cast<std::size_t>(shape[2]),
                          static_cast<std::size_t>(shape[3])};
        if (cells.channels * cells.height * cells.width == values) return cells;
    }
    return fail(ErrorCode::invalid_argument, "a latent must be [1, channels, height, width]");
}

// Zero for what is no number: a preview never fails a picture.
std::uint8_t to_byte(double unit) {
    if (!(unit > 0)) return 0;
    return static_cast<std::uint8_t>(std::lround(std::min(unit, 1.0) * kMaxByte));
}

// The mean of one colour over the pixels that cell (y, x) stands for, 0..1.
double mean_colour(const Pixels& picture, std::size_t factor, std::size_t y, std::size_t x,
                   std::size_t colour) {
    double sum = 0;
    const auto width = static_cast<std::size_t>(picture.width);
    for (std::size_t dy = 0; dy < factor; ++dy)
        for (std::size_t dx = 0; dx < factor; ++dx)
            sum += picture.rgb[((y * factor + dy) * width + x * factor + dx) * kColours + colour];
    return sum / static_cast<double>(factor * factor) / kMaxByte;
}

// Sums of products of the unknowns' factors with each other and with the wanted colours: one
// square matrix with three right sides.
class NormalEquations {
  public:
    explicit NormalEquations(std::size_t unknowns)
        : rows_(unknowns, Row(unknowns + kColours, 0.0)) {}

    void add(const Row& factors, const std::array<double, kColours>& wanted) {
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            for (std::size_t j = 0; j < rows_.size(); ++j) rows_[i][j] += factors[i] * factors[j];
            for (std::size_t k = 0; k < kColours; ++k)
                rows_[i][rows_.size() + k] += factors[i] * wanted[k];
        }
    }

    // Gauss-Jordan with pivoting; false where the samples do not settle every unknown.
    bool solve() {
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const auto here = rows_.begin() + static_cast<std::ptrdiff_t>(i);
            std::iter_swap(here, std::max_element(here, rows_.end(), [i](auto& a, auto& b) {
                               return std::abs(a[i]) < std::abs(b[i]);
                           }));
            constexpr double kTiny = 1e-9;
            if (std::abs(rows_[i][i]) < kTiny) return false;
            for (std::size_t other = 0; other < rows_.size(); ++other)
                if (other != i) subtract(rows_[other], rows_[i], i);
        }
        return true;
    }

    double solution(std::size_t unknown, std::size_t colour) const {
        return rows_[unknown][rows_.size() + colour] / rows_[unknown][unknown];
    }

  private:
    // Takes so much of `pivot` from `row` that column i vanishes.
    static void subtract(Row& row, const Row& pivot, std::size_t i) {
        const double share = row[i] / pivot[i];
        for (std::size_t j = i; j < row.size(); ++j) row[j] -= share * pivot[j];
    }

    std::vector<Row> rows_;
};

Result<> add_sample(NormalEquations& equations, const PreviewSample& sample, std::size_t channels) {
    const auto cells = cells_of(sample.latent.shape, sample.latent.values.size());
    if (!cells) return Failure{cells.error()};
    const auto width = static_cast<std::size_t>(sample.picture.width);
    const auto height = static_cast<std::size_t>(sample.picture.height);
    const std::size_t factor = width / cells->width;
    if (cells->channels != channels || factor == 0 || factor * cells->width != width ||
        factor * cells->height != height)
        return fail(ErrorCode::invalid_argument, "a picture does not fit its latent");
    for (std::size_t y = 0; y < cells->height; ++y)
        for (std::size_t x = 0; x < cells->width; ++x) {
            Row factors(channels + 1, 1.0);
            for (std::size_t c = 0; c < channels; ++c)
                factors[c] = static_cast<double>(cells->channel(sample.latent.values, c, y, x));
            std::array<double, kColours> wanted{};
            for (std::size_t k = 0; k < kColours; ++k)
                wanted[k] = mean_colour(sample.picture, factor, y, x, k);
            equations.add(factors, wanted);
        }
    return {};
}

}  // namespace

Result<Pixels> preview(const LatentToRgb& map, const TensorView& latent) {
    const auto cells = cells_of(latent.shape, latent.values.size());
    if (!cells) return Failure{cells.error()};
    if (map.bias.size() != kColours || map.matrix.size() != cells->channels * kColours)
        return fail(ErrorCode::invalid_argument, "the preview map is not made for " +
                                                     std::to_string(cells->channels) +
                                                     " latent channels");
    Pixels pixels{static_cast<int>(cells->width), static_cast<int>(cells->height), {}};
    pixels.rgb.reserve(cells->width * cells->height * kColours);
    for (std::size_t y = 0; y < cells->height; ++y)
        for (std::size_t x = 0; x < cells->width; ++x)
            for (std::size_t k = 0; k < kColours; ++k) {
                double value = static_cast<double>(map.bias[k]);
                for (std::size_t c = 0; c < cells->channels; ++c)
                    value += static_cast<double>(cells->channel(latent.values, c, y, x) *
                                                 map.matrix[c * kColours + k]);
                pixels.rgb.push_back(to_byte(value));
            }
    return pixels;
}

Result<LatentToRgb> fit_preview(std::span<const PreviewSample> samples) {
    if (samples.empty()) return fail(ErrorCode::invalid_argument, "no samples to fit");
    const auto first = cells_of(samples[0].latent.shape, samples[0].latent.values.size());
    if (!first) return Failure{first.error()};
    NormalEquations equations{first->channels + 1};
    for (const PreviewSample& sample : samples)
        if (const auto added = add_sample(equations, sample, first->channels); !added)
            return Failure{added.error()};
    if (!equations.solve())
        return fail(ErrorCode::failed_precondition,
                    "the samples do not say how every latent channel looks");
    LatentToRgb map;
    for (std::size_t c = 0; c < first->channels; ++c)
        for (std::size_t k = 0; k < kColours; ++k)
            map.matrix.push_back(static_cast<float>(equations.solution(c, k)));
    for (std::size_t k = 0; k < kColours; ++k)
        map.bias.push_back(static_cast<float>(equations.solution(first->channels, k)));
    return map;
}

}  // namespace gotong::engine
