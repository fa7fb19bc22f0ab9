// The gated activation of the UNet's feed-forward layers on NVIDIA GPUs, in one pass.
#pragma once

#include <ATen/core/Tensor.h>

namespace gotong::engine::cuda {

// x: [..., 2 n], contiguous -> [..., n]: the first half times the exact GELU of the second.
// Undefined where there is no such kernel: on the CPU, for an odd n, without NVRTC.
at::Tensor geglu(const at::Tensor& x);

}  // namespace gotong::engine::cuda
