// Which tensors our kernels take.
#pragma once

#include <c10/core/ScalarType.h>

#include <optional>

#include "worker/engine/cuda/texts.h"

namespace gotong::engine::cuda {

// nullopt for types that they do not know.
inline std::optional<Packing> packing_of(c10::ScalarType type) {
    if (type == c10::kFloat) return Packing::fp32;
    if (type == c10::kHalf) return Packing::fp16;
    if (type == c10::kBFloat16) return Packing::bf16;
    return std::nullopt;
}

}  // namespace gotong::engine::cuda
