#include "worker/engine/layers/winograd.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "worker/engine/kernels/winograd.h"

namespace gotong::engine {
namespace {

using kernels::FeatureMap;
using kernels::kPoints;
using kernels::Tiles;

constexpr std::int64_t kFewestChannels = 32;
// Stable Diffusion's layers of 1280 to 1280 channels compute on 16 x 16 cells at most.
constexpr std::int64_t kMostWeights = 1920 * 640;

// Floats at all points of the tiles in hand, both sides of the product, at most (or about): they
// should stay in the last level of cache.
constexpr std::int64_t kFloatsAtOnce = std::int64_t{1} << 22U;
constexpr std::int64_t kFewestTiles = 64;
// Between points, a line of cache more than a power of two: or all would share a few lines.
constexpr std::int64_t kApart = 16;
constexpr std::int64_t kTilesWorthAThread = 16;

// Memory for `tiles` at all points: [points, tiles, channels].
at::Tensor scratch(std::int64_t tiles, std::int64_t channels) {
    const std::int64_t stride = tiles * channels + kApart;
    return at::empty({kPoints * stride}, at::kFloat)
        .as_strided({kPoints, tiles, channels}, {stride, channels, 1});
}

// `tiles` in pieces of about the same size.
std::int64_t tiles_at_once(std::int64_t tiles, std::int64_t in, std::int64_t out) {
    const std::int64_t most = std::max(kFewestTiles, kFloatsAtOnce / (kPoints * (in + out)));
    const std::int64_t pieces = (tiles + most - 1) / most;
    return (tiles + pieces - 1) / pieces;
}

template <class Work>
void share_out(Tiles tiles, const Work& work) {
    at::parallel_for(0, tiles.count, kTilesWorthAThread, [&](std::int64_t begin, std::int64_t end) {
        work(Tiles{tiles.first + begin, end - begin}, begin);
    });
}

struct Row {
    FeatureMap<const float> x;
    const float* bias;
    const float* addend;  // Null: nothing.
    FeatureMap<float> y;
};

void convolve(const Row& row, Tiles tiles, const at::Tensor& weight) {
    const std::int64_t in = row.x.channels;
    const std::int64_t out = row.y.channels;
    const at::Tensor inputs = scratch(tiles.count, in);
    at::Tensor outputs = at::empty({kPoints, tiles.count, out}, at::kFloat);
    float* const input = inputs.data_ptr<float>();
    share_out(tiles, [&](Tiles share, std::int64_t begin) {
        kernels::to_points(row.x, share, input + begin * in, inputs.stride(0));
    });
    at::bmm_out(outputs, inputs, weight);
    const float* const output = outputs.const_data_ptr<float>();
    share_out(tiles, [&](Tiles share, std::int64_t begin) {
        kernels::from_points(output + begin * out, outputs.stride(0), row.bias, row.addend, share,
                             row.y);
    });
}

}  // namespace

bool Winograd::suits(const at::Tensor& weight) {
    return weight.defined() && weight.is_cpu() && weight.scalar_type() == at::kFloat &&
           suits(weight.sizes());
}

bool Winograd::suits(at::IntArrayRef shape) {
    return shape.size() == 4 && shape[2] == 3 && shape[3] == 3 &&
           std::min(shape[0], shape[1]) >= kFewestChannels && shape[0] * shape[1] <= kMostWeights;
}

Winograd::Winograd(const at::Tensor& weight) {
    const at::Tensor to_point =
        at::tensor({1.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.0, 0.0, 1.0}, at::kFloat)
            .view({4, 3});
    // Both sides of a tap at once: G g G^T is (G x G) g, with g as one column for each in and out.
    const at::Tensor taps = weight.permute({2, 3, 1, 0}).reshape({9, -1});
    weight_ =
        at::mm(at::kron(to_point, to_point), taps).view({kPoints, weight.size(1), weight.size(0)});
}

at::Tensor Winograd::operator()(const at::Tensor& x, const at::Tensor& bias,
                                const at::Tensor& addend) const {
    const at::Tensor from = x.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor plus =
        addend.defined() ? addend.contiguous(at::MemoryFormat::ChannelsLast) : addend;
    const std::int64_t height = x.size(2);
    const std::int64_t width = x.size(3);
    const std::int64_t out = weight_.size(2);
    const at::Tensor y =
        at::empty({x.size(0), out, height, width}, x.options(), at::MemoryFormat::ChannelsLast);
    for (std::int64_t i = 0; i < x.size(0); ++i) {
        const Row row{{from[i].const_data_ptr<float>(), height, width, x.size(1)},
                      bias.const_data_ptr<float>(),
                      plus.defined() ? plus[i].const_data_ptr<float>() : nullptr,
                      {y[i].data_ptr<float>(), height, width, out}};
        const std::int64_t tiles = row.x.tiles();
        const std::int64_t step = tiles_at_once(tiles, x.size(1), out);
        for (std::int64_t first = 0; first < tiles; first += step)
            convolve(row, {first, std::min(step, tiles - first)}, weight_);
    }
    return y;
}

}  // namespace gotong::engine
