// Between tensors and the plain values of those who do not speak torch.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

#include "worker/engine/request/request.h"

namespace gotong::engine {

// Row-major fp32 on the CPU: what observers see and what the sampler computes with, whose
// arithmetic is thereby the same on every device.
at::Tensor plain(const at::Tensor& tensor);

// `tensor` must be plain and outlive the view.
TensorView view(const at::Tensor& tensor);

// A plain copy.
at::Tensor from_values(std::span<const float> values, at::IntArrayRef shape);

bool is_finite(const at::Tensor& tensor);

}  // namespace gotong::engine
