#include "worker/engine/kernels/winograd.h"

#include <array>
#include <vector>

#include "worker/engine/kernels/vectorized.h"

namespace gotong::engine::kernels {
namespace {

constexpr std::size_t kSide = 4;     // Of a tile's inputs.
constexpr std::size_t kOutputs = 4;  // 2x2.

// One side of a tile to points, in place.
template <class Value>
GOTONG_INLINE void forward(Value& a, Value& b, Value& c, Value& d) {
    a -= c;
    d = b - d;
    b += c;
    c = c + c - b;
}

// Four points to two outputs, in `a` and `b`.
template <class Value>
GOTONG_INLINE void backward(Value& a, Value& b, const Value& c, const Value& d) {
    a += b + c;
    b -= c + d;
}

// Where a cell's channels are; `outside` for cells beyond the border.
template <class Value>
Value* cell(const FeatureMap<Value>& map, std::int64_t row, std::int64_t column, Value* outside) {
    const bool inside = row >= 0 && row < map.height && column >= 0 && column < map.width;
    return inside ? map.values + (row * map.width + column) * map.channels : outside;
}

template <class Value>
GOTONG_INLINE void tile_to_points(const float* const* x, std::int64_t i, float* points,
                                  std::int64_t stride) {
    Value v[kPoints];
    for (std::int64_t n = 0; n < kPoints; ++n) load(v[n], x[n] + i);
    for (int column = 0; column < 4; ++column)
        forward(v[column], v[4 + column], v[8 + column], v[12 + column]);
    for (int row = 0; row < 16; row += 4) forward(v[row], v[row + 1], v[row + 2], v[row + 3]);
    for (std::int64_t n = 0; n < kPoints; ++n) store(v[n], points + n * stride + i);
}

template <class Value>
GOTONG_INLINE void tile_from_points(const float* points, std::int64_t stride, std::int64_t i,
                                    const float* bias, const float* const* addend,
                                    float* const* y) {
    Value v[kPoints];
    for (std::int64_t n = 0; n < kPoints; ++n) load(v[n], points + n * stride + i);
    for (int column = 0; column < 4; ++column)
        backward(v[column], v[4 + column], v[8 + column], v[12 + column]);
    for (int row = 0; row < 8; row += 4) backward(v[row], v[row + 1], v[row + 2], v[row + 3]);
    Value shift, added;
    load(shift, bias + i);
    for (int n = 0; n < 4; ++n) {
        load(added, addend[n] + i);
        store(Value(v[n / 2 * 4 + n % 2] + shift + added), y[n] + i);
    }
}

GOTONG_VECTORIZED
void all_to_points(const std::array<const float*, kPoints>& x, std::int64_t channels, float* points,
                   std::int64_t stride) {
    std::int64_t i = 0;
    for (; i + kLanes <= channels; i += kLanes) tile_to_points<Lanes>(x.data(), i, points, stride);
    for (; i < channels; ++i) tile_to_points<float>(x.data(), i, points, stride);
}

GOTONG_VECTORIZED
void all_from_points(const float* points, std::int64_t stride, const float* bias,
                     const std::array<const float*, kOutputs>& addend, std::int64_t channels,
                     const std::array<float*, kOutputs>& y) {
    std::int64_t i = 0;
    for (; i + kLanes <= channels; i += kLanes)
        tile_from_points<Lanes>(points, stride, i, bias, addend.data(), y.data());
    for (; i < channels; ++i)
        tile_from_points<float>(points, stride, i, bias, addend.data(), y.data());
}

}  // namespace

void to_points(const FeatureMap<const float>& x, Tiles tiles, float* points, std::int64_t stride) {
    const std::vector<float> zeros(static_cast<std::size_t>(x.channels));
    std::array<const float*, kPoints> cells{};
    for (std::int64_t tile = 0; tile < tiles.count; ++tile) {
        const std::int64_t number = tiles.first + tile;
        const std::int64_t top = number / x.tiles_across() * 2 - 1;
        const std::int64_t left = number % x.tiles_across() * 2 - 1;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const auto down = static_cast<std::int64_t>(i / kSide);
            const auto across = static_cast<std::int64_t>(i % kSide);
            cells[i] = cell(x, top + down, left + across, zeros.data());
        }
        all_to_points(cells, x.channels, points + tile * x.channels, stride);
    }
}

void from_points(const float* points, std::int64_t stride, const float* bias, const float* addend,
                 Tiles tiles, const FeatureMap<float>& y) {
    const std::vector<float> zeros(static_cast<std::size_t>(y.channels));
    std::vector<float> nowhere(zeros.size());  // Takes what lies beyond an odd border.
    std::array<float*, kOutputs> outputs{};
    std::array<const float*, kOutputs> addends{};
    for (std::int64_t tile = 0; tile < tiles.count; ++tile) {
        const std::int64_t number = tiles.first + tile;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const std::int64_t row =
                number / y.tiles_across() * 2 + static_cast<std::int64_t>(i / 2);
            const std::int64_t column =
                number % y.tiles_across() * 2 + static_cast<std::int64_t>(i % 2);
            outputs[i] = cell(y, row, column, nowhere.data());
            const bool adds = addend != nullptr && outputs[i] != nowhere.data();
            addends[i] = adds ? addend + (outputs[i] - y.values) : zeros.data();
        }
        all_from_points(points + tile * y.channels, stride, bias, addends, y.channels, outputs);
    }
}

}  // namespace gotong::engine::kernels
