// How much memory the stages of a picture take at their peak, beside the model's weights: worked
// out from the configs, without computing anything. Without what kernels take for
// themselves, and allocators (engine/device); docs/engine.md has it beside what was measured.
//
// Corridor: request/request -> [stages/need] -> engine/batch
#pragma once

#include <cstdint>

#include "worker/engine/decode/vae.h"
#include "worker/engine/denoise/unet_config.h"

namespace gotong::engine {

// Of a latent, or of a piece of one.
struct Cells {
    std::int64_t height = 0;
    std::int64_t width = 0;
};

// All in bytes. `rows`: of a call of the denoiser, two for a picture with guidance; `element`: of
// the type that it computes in.
std::uint64_t denoise_need(const UnetConfig& unet, std::int64_t rows, Cells cells,
                           std::uint64_t element);
std::uint64_t decode_need(const VaeConfig& vae, Cells cells);
std::uint64_t encode_need(const VaeConfig& vae, Cells cells);

}  // namespace gotong::engine
