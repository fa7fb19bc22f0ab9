#include "worker/engine/layers/conv.h"

#include <ATen/Functions.h>

namespace gotong::engine {

Conv2d::Conv2d(const Scope& scope, const ConvShape& shape)
    : weight_((scope / "weight").take({shape.out, shape.in, shape.kernel, shape.kernel})),
      bias_((scope / "bias").take({shape.out})),
      geometry_(shape.geometry) {
    if (weight_.defined()) weight_ = weight_.contiguous(at::MemoryFormat::ChannelsLast);
}

void Conv2d::prepare(at::IntArrayRef input_size) {
    prepared_ = true;
    if (geometry_.stride == 1 && geometry_.padding == 1 && Winograd::suits(weight_)) {
        winograd_.emplace(weight_);
        weight_.reset();
    } else if (onednn::can_pack(weight_)) {
        weight_ = onednn::pack_conv(weight_, geometry_, input_size);
        packed_ = true;
    }
}

at::Tensor Conv2d::operator()(const at::Tensor& x, const at::Tensor& addend) {
    if (!prepared_) prepare(x.sizes());
    if (winograd_) return (*winograd_)(x, bias_, addend);
    at::Tensor y = packed_ ? onednn::conv(x, weight_, bias_, geometry_)
                           : at::conv2d(x, weight_, bias_, geometry_.stride, geometry_.padding);
    return addend.defined() ? y.add_(addend) : y;
}

}  // namespace gotong::engine
