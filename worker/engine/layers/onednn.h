// Weights laid out once the way oneDNN's kernels want them. Plain operators reorder every weight
// on every call, which is where a third of a CPU step goes.
//
// The operators behind this are part of every CPU build of libtorch since 2.1 but not of its C++
// headers, so they are looked up by name; where they are missing, or oneDNN is switched off, the
// layers keep to plain operators. Only fp32 on the CPU: elsewhere there is nothing to gain.
#pragma once

#include <ATen/core/Tensor.h>

namespace gotong::engine::onednn {

struct ConvGeometry {
    int stride = 1;
    int padding = 1;
};

// Whether layers that compute in `type` on `device` pack their weights at all.
bool packs(c10::Device device, c10::ScalarType type);
bool can_pack(const at::Tensor& weight);

// Packed for inputs of this size; other sizes give the same result, perhaps more slowly.
at::Tensor pack_conv(const at::Tensor& weight, const ConvGeometry& geometry,
                     at::IntArrayRef input_size);
at::Tensor pack_linear(const at::Tensor& weight, std::int64_t rows);

at::Tensor conv(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias,
                const ConvGeometry& geometry);
// `bias` may be undefined.
at::Tensor linear(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias);

}  // namespace gotong::engine::onednn
