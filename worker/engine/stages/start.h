// The second stage: the latent that the first step begins with.
//
// Corridor: stages/condition -> [stages/start] -> stages/painting
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "worker/engine/model_parts.h"
#include "worker/engine/request/request.h"

namespace gotong::engine {

// Unit noise of the request's seed, plain; draw 0 is the start's, i that of the denoiser's call
// number i.
at::Tensor seeded_noise(const Request& request, std::uint32_t draw, at::IntArrayRef shape);

// `given` as it is, or seeded noise times `scale`: [1, channels, h, w], plain.
at::Tensor start_latent(const ModelInfo& model, const Request& request, double scale,
                        const std::optional<Latent>& given);

}  // namespace gotong::engine
