#include "worker/engine/kernels/winograd.h"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <random>
#include <vector>

namespace gotong::engine::kernels {
namespace {

using Values = std::vector<float>;

struct Shape {
    std::int64_t height, width, in, out;
};

std::size_t size_of(std::int64_t count) { return static_cast<std::size_t>(count); }

Values random_values(std::int64_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Values values(size_of(count));
    std::ranges::generate(values, [&] { return normal(random); });
    return values;
}

// weight: [3][3][in][out].
double tap(const Shape& shape, const Values& weight, std::int64_t tap, std::int64_t in,
           std::int64_t out) {
    return weight[size_of((tap * shape.in + in) * shape.out + out)];
}

// The convolution as it is defined, in double precision: the sum over nine taps.
double by_definition(const Shape& shape, const Values& x, const Values& weight, std::int64_t row,
                     std::int64_t column, std::int64_t out) {
    double sum = 0;
    for (std::int64_t n = 0; n < 9; ++n) {
        const std::int64_t from_row = row + n / 3 - 1;
        const std::int64_t from_column = column + n % 3 - 1;
        if (from_row < 0 || from_row >= shape.height) continue;
        if (from_column < 0 || from_column >= shape.width) continue;
        for (std::int64_t in = 0; in < shape.in; ++in) {
            const std::int64_t cell = from_row * shape.width + from_column;
            sum += static_cast<double>(x[size_of(cell * shape.in + in)]) *
                   tap(shape, weight, n, in, out);
        }
    }
    return sum;
}

// G g G^T for one pair of channels, at one point.
double weight_at(const Shape& shape, const Values& weight, std::int64_t point, std::int64_t in,
                 std::int64_t out) {
    constexpr std::array<std::array<double, 3>, 4> kTo{
        {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}}};
    double sum = 0;
    for (std::int64_t n = 0; n < 9; ++n) {
        sum += kTo[size_of(point / 4)][size_of(n / 3)] * kTo[size_of(point % 4)][size_of(n % 3)] *
               tap(shape, weight, n, in, out);
    }
    return sum;
}

Values by_points(const Shape& shape, const Values& x, const Values& weight, const Values& bias,
                 const float* addend, std::int64_t tiles_at_once) {
    Values y(size_of(shape.height * shape.width * shape.out));
    const FeatureMap<const float> from{x.data(), shape.height, shape.width, shape.in};
    const FeatureMap<float> to{y.data(), shape.height, shape.width, shape.out};
    for (std::int64_t first = 0; first < from.tiles(); first += tiles_at_once) {
        const Tiles tiles{first, std::min(tiles_at_once, from.tiles() - first)};
        Values inputs(size_of(kPoints * tiles.count * shape.in));
        Values outputs(size_of(kPoints * tiles.count * shape.out));
        to_points(from, tiles, inputs.data(), tiles.count * shape.in);
        for (std::int64_t i = 0; i < kPoints * tiles.count * shape.out; ++i) {
            const std::int64_t cell = i / shape.out;  // A tile at a point.
            double sum = 0;
            for (std::int64_t in = 0; in < shape.in; ++in) {
                sum += static_cast<double>(inputs[size_of(cell * shape.in + in)]) *
                       weight_at(shape, weight, cell / tiles.count, in, i % shape.out);
            }
            outputs[size_of(i)] = static_cast<float>(sum);
        }
        from_points(outputs.data(), tiles.count * shape.out, bias.data(), addend, tiles, to);
    }
    return y;
}

TEST_CASE("a convolution through points is the sum over nine taps, bias and addend included") {
    // Channels beside and between multiples of a vector's lanes; borders even and odd.
    const Shape shape =
        GENERATE(Shape{4, 6, 8, 16}, Shape{5, 7, 3, 11}, Shape{1, 1, 9, 1}, Shape{2, 9, 17, 8});
    const bool adds = GENERATE(false, true);
    const std::int64_t outputs = shape.height * shape.width * shape.out;
    const Values x = random_values(shape.height * shape.width * shape.in, 1);
    const Values weight = random_values(9 * shape.in * shape.out, 2);
    const Values bias = random_values(shape.out, 3);
    const Values addend = random_values(outputs, 4);
    const Values y = by_points(shape, x, weight, bias, adds ? addend.data() : nullptr, 3);
    for (std::int64_t i = 0; i < outputs; ++i) {
        const std::int64_t cell = i / shape.out;
        const std::int64_t out = i % shape.out;
        const double sum =
            by_definition(shape, x, weight, cell / shape.width, cell % shape.width, out) +
            static_cast<double>(bias[size_of(out)]) +
            (adds ? static_cast<double>(addend[size_of(i)]) : 0.0);
        INFO("cell " << cell << ", channel " << out);
        REQUIRE(std::abs(static_cast<double>(y[size_of(i)]) - sum) < 1e-4);
    }
}

}  // namespace
}  // namespace gotong::engine::kernels
