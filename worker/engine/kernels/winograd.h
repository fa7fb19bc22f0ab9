// Winograd's minimal filtering F(2x2, 3x3): a 3x3 convolution with 16 multiplications where the
// plain way takes 36. A tile of 2x2 outputs needs 4x4 inputs; both become 16 "points", at each of
// which convolution is a product of matrices, channels by channels.
//
// Only the way there and back: the products are the caller's. Feature maps are channels-last, one
// picture, padded by one cell of zeros. Plain memory, one thread.
#pragma once

#include <cstdint>

namespace gotong::engine::kernels {

inline constexpr std::int64_t kPoints = 16;

template <class Value>
struct FeatureMap {
    Value* values;  // [height, width, channels]
    std::int64_t height;
    std::int64_t width;
    std::int64_t channels;

    std::int64_t tiles_across() const { return (width + 1) / 2; }
    std::int64_t tiles() const { return (height + 1) / 2 * tiles_across(); }
};

// `count` tiles from number `first` on, counted along the rows.
struct Tiles {
    std::int64_t first;
    std::int64_t count;
};

// `points`: [16][tiles.count, channels], `stride` values from one point to the next.
void to_points(const FeatureMap<const float>& x, Tiles tiles, float* points, std::int64_t stride);

// The way back, plus `bias` [channels] and, unless null, `addend`, a map of the same size.
void from_points(const float* points, std::int64_t stride, const float* bias, const float* addend,
                 Tiles tiles, const FeatureMap<float>& y);

}  // namespace gotong::engine::kernels
