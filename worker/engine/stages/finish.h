// The last stage: a latent becomes a picture.
//
// Corridor: decode/vae -> [stages/finish] -> engine/pipeline
#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "worker/engine/model_parts.h"
#include "worker/engine/request/order.h"
#include "worker/engine/request/request.h"
#include "worker/engine/stages/need.h"

namespace gotong::engine {

struct Decoded {
    at::Tensor image;                // [1, 3, factor h, factor w], 0 .. 1, plain.
    std::vector<std::string> notes;  // Picture::notes
};

// latent: [1, channels, h, w] as the sampler leaves it. What does not fit into memory whole is
// decoded in tiles, where `tiling` allows it, and in smaller ones where those do not fit either:
// by what is foreseen (stages/need), and by what libtorch says when it comes out wrong.
// Errors: internal when the picture is not finite, resource_exhausted.
Result<Decoded> decode_latent(Model::Parts& model, const at::Tensor& latent, Tiling tiling);

// What the way that takes least would need, bytes.
std::uint64_t least_decode_need(const VaeConfig& config, Cells cells, Tiling tiling);

// image: plain, as decode_latent() returns it.
Pixels to_pixels(const at::Tensor& image);

}  // namespace gotong::engine
