// The latent that the first step begins with.
//
// Corridor: stages/original -> [stages/start] -> stages/painting
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "worker/engine/model_parts.h"
#include "worker/engine/request/request.h"
#include "worker/engine/sample/plan.h"
#include "worker/engine/stages/original.h"

namespace gotong::engine {

// The encoder's draws: far above any number of calls.
inline constexpr std::uint32_t kOriginalDraw = 0xFFFF'FFFF;
inline constexpr std::uint32_t kMaskedDraw = 0xFFFF'FFFE;  // What a mask leaves of the picture.

// Unit noise of the request's seed, plain; draw 0 is the start's, i that of the denoiser's call
// number i.
at::Tensor seeded_noise(const Request& request, std::uint32_t draw, at::IntArrayRef shape);

// [1, channels, h, w], plain: `given` as it is; else the original as far into the noise as the plan
// begins; else seeded noise times the plan's first sigma.
at::Tensor start_latent(const ModelInfo& model, const Request& request, const Plan& plan,
                        const std::optional<EncodedOriginal>& original,
                        const std::optional<Latent>& given);

}  // namespace gotong::engine
