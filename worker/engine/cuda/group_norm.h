// Group normalisation and SiLU over channels-last tensors on NVIDIA GPUs, in two passes over the
// memory. libtorch's own turns such tensors around before and after, and knows no activation.
//
// Sums are taken in fp32 in a fixed order: the same input gives the same bits.
#pragma once

#include <ATen/core/Tensor.h>

namespace gotong::engine::cuda {

enum class Then { nothing, silu };

// x: [n, channels, h, w], channels last, fp16, bf16 or fp32, on a GPU; weight and bias: [channels]
// of its type. Returns a tensor of x's kind, or an undefined one where there is no such kernel: on
// the CPU, for an odd number of channels, without NVRTC.
at::Tensor group_norm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight,
                      const at::Tensor& bias, double epsilon, Then then);

}  // namespace gotong::engine::cuda
