#include "worker/engine/decode/tiles.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace gotong::engine {
namespace {

constexpr std::int64_t kOverlap = 4;  // One of so many parts of a tile's side.
constexpr std::int64_t kHeight = 2;   // Dimensions.
constexpr std::int64_t kWidth = 3;

// At most `size` lines of `x` from `first` on.
at::Tensor lines(const at::Tensor& x, std::int64_t dim, std::int64_t first, std::int64_t size) {
    return x.narrow(dim, first, std::min(size, x.size(dim) - first));
}

// The last lines of `before` fade into the first of `after`, which changes.
void fade(const at::Tensor& before, const at::Tensor& after, std::int64_t dim, std::int64_t most) {
    const std::int64_t count = std::min({before.size(dim), after.size(dim), most});
    at::Tensor share = at::arange(count, at::kDouble) / count;
    if (dim == kHeight) share = share.unsqueeze(1);
    const at::Tensor leaving = lines(before, dim, before.size(dim) - count, count);
    const at::Tensor coming = lines(after, dim, 0, count);
    coming.copy_(leaving * (1 - share).to(at::kFloat) + coming * share.to(at::kFloat));
}

}  // namespace

std::int64_t tile_side(const VaeConfig& config) {
    const std::int64_t cells = config.sample_height / config.factor();
    return std::max(cells / kOverlap, std::int64_t{1}) * kOverlap;
}

std::int64_t half_tile(std::int64_t side) { return side / 2 / kOverlap * kOverlap; }

at::Tensor decode_in_tiles(VaeDecoder& decoder, const at::Tensor& latent, std::int64_t side) {
    const std::int64_t factor = decoder.config().factor();
    const std::int64_t overlap = side / kOverlap * factor;  // Pixels, and so below.
    const std::int64_t stride = side * factor - overlap;
    const std::int64_t height = latent.size(kHeight) * factor;
    const std::int64_t width = latent.size(kWidth) * factor;
    at::Tensor picture = at::empty({1, decoder.config().out_channels, height, width}, at::kFloat);
    std::vector<at::Tensor> above;
    for (std::int64_t y = 0; y < height; y += stride) {
        std::vector<at::Tensor> row;
        for (std::int64_t x = 0; x < width; x += stride) {
            const at::Tensor cells =
                lines(lines(latent, kHeight, y / factor, side), kWidth, x / factor, side);
            const at::Tensor tile = decoder(cells).to(at::kCPU).contiguous();
            if (!above.empty()) fade(above[row.size()], tile, kHeight, overlap);
            if (!row.empty()) fade(row.back(), tile, kWidth, overlap);
            const at::Tensor seen = lines(lines(tile, kHeight, 0, stride), kWidth, 0, stride);
            lines(lines(picture, kHeight, y, stride), kWidth, x, stride).copy_(seen);
            row.push_back(tile);
        }
        above = std::move(row);
    }
    return picture;
}

std::string tiling_note(std::int64_t side) {
    return "vae-tiling=" + std::to_string(side) + "/0.25";
}

}  // namespace gotong::engine
