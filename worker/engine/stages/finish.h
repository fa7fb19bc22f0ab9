// The last stage: a latent becomes a picture.
//
// Corridor: decode/vae -> [stages/finish] -> engine/pipeline
#pragma once

#include "common/result.h"
#include "worker/engine/model_parts.h"
#include "worker/engine/request/request.h"

namespace gotong::engine {

// latent: [1, channels, h, w] as the sampler leaves it -> [1, 3, factor h, factor w], 0 .. 1,
// plain. Error: internal when the picture is not finite.
Result<at::Tensor> decode_latent(Model::Parts& model, const at::Tensor& latent);

// image: plain, as decode_latent() returns it.
Pixels to_pixels(const at::Tensor& image);

}  // namespace gotong::engine
