// A latent decoded piece by piece, where decoding it whole takes more memory than there is: the
// same as diffusers' AutoencoderKL.tiled_decode(). Neighbouring tiles share a quarter of their
// side, over which one fades into the other. The picture differs from the one decoded whole, since
// each tile's norms and attention see nothing but the tile: whoever does this says so.
//
// Corridor: decode/vae -> [decode/tiles] -> stages/finish
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "worker/engine/decode/vae.h"

namespace gotong::engine {

// Cells of a tile's side: as many as the autoencoder was trained with, to the multiple of 4 below.
std::int64_t tile_side(const VaeConfig& config);

// The next smaller side, about half; 0 in the end.
std::int64_t half_tile(std::int64_t side);

// As VaeDecoder's operator(), on the CPU, for a `side` that is a multiple of 4. Memory: that of one
// tile's decoding on the model's device, and two rows of tiles beside the picture on the CPU.
at::Tensor decode_in_tiles(VaeDecoder& decoder, const at::Tensor& latent, std::int64_t side);

// What a receipt says of it: "vae-tiling=64/0.25".
std::string tiling_note(std::int64_t side);

}  // namespace gotong::engine
