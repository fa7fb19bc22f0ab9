#include "worker/engine/stages/finish.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <utility>

#include "worker/engine/decode/tiles.h"
#include "worker/engine/stages/relief.h"
#include "worker/engine/stages/tensors.h"

namespace gotong::engine {
namespace {

constexpr std::int64_t kWhole = 0;  // A way to decode that is no tile's side.
constexpr std::int64_t kSmallestTile = 16;

// Sides of tiles, in the order in which they are tried; one at least.
std::vector<std::int64_t> ways(const VaeConfig& config, Cells cells, Tiling tiling) {
    const auto exceeds = [&](std::int64_t side) {
        return std::max(cells.height, cells.width) > side;
    };
    std::vector<std::int64_t> ways;
    std::int64_t side = tile_side(config);
    if (tiling != Tiling::always || !exceeds(side)) ways.push_back(kWhole);
    if (tiling == Tiling::never) return ways;
    if (exceeds(side)) ways.push_back(side);
    for (side = half_tile(side); side >= kSmallestTile; side = half_tile(side))
        if (exceeds(side)) ways.push_back(side);
    return ways;
}

std::uint64_t need_of(const VaeConfig& config, Cells cells, std::int64_t way) {
    if (way == kWhole) return decode_need(config, cells);
    return decode_need(config, {std::min(cells.height, way), std::min(cells.width, way)});
}

at::Tensor decode_by(Model::Parts& model, const at::Tensor& latent, std::int64_t way) {
    if (way == kWhole) return plain(model.decoder(latent));
    return decode_in_tiles(model.decoder, latent, way);
}

struct Raw {
    at::Tensor image;
    std::int64_t way = kWhole;
};

// By the first of the ways that fits.
Result<Raw> decode_somehow(Model::Parts& model, const at::Tensor& latent, Tiling tiling) {
    const VaeConfig& config = model.decoder.config();
    const Cells cells{latent.size(2), latent.size(3)};
    const auto all = ways(config, cells, tiling);
    for (const std::int64_t way : all) {
        const bool is_last = way == all.back();
        if (!is_last && !has_room(model, with_gaps(model.placement, need_of(config, cells, way))))
            continue;
        auto raw = relieved(model, [&]() -> Result<Raw> {
            return Raw{decode_by(model, latent, way), way};
        });
        if (raw || is_last || raw.error().code != ErrorCode::resource_exhausted) return raw;
    }
    return fail(ErrorCode::internal, "there is no way to decode");
}

}  // namespace

std::uint64_t least_decode_need(const VaeConfig& config, Cells cells, Tiling tiling) {
    return need_of(config, cells, ways(config, cells, tiling).back());
}

Result<Decoded> decode_latent(Model::Parts& model, const at::Tensor& latent, Tiling tiling) {
    const auto raw = decode_somehow(model, latent.to(model.placement.device), tiling);
    if (!raw) return Failure{raw.error()};
    if (!is_finite(raw->image)) {
        return fail(ErrorCode::internal, "the decoded picture is not finite");
    }
    Decoded decoded{(raw->image / 2 + 0.5).clamp(0, 1), {}};
    if (raw->way != kWhole) decoded.notes.push_back(tiling_note(raw->way));
    return decoded;
}

Pixels to_pixels(const at::Tensor& image) {
    const at::Tensor bytes =
        (image * 255).round().to(at::kByte).squeeze(0).permute({1, 2, 0}).contiguous();
    const std::uint8_t* first = bytes.const_data_ptr<std::uint8_t>();
    return {static_cast<int>(image.size(3)),
            static_cast<int>(image.size(2)),
            {first, first + bytes.numel()}};
}

}  // namespace gotong::engine
