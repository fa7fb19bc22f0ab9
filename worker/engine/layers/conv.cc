#include "worker/engine/layers/conv.h"

#include <ATen/Functions.h>

namespace gotong::engine {

Conv2d::Conv2d(const Scope& scope, const ConvShape& shape)
    : weight_((scope / "weight").take({shape.out, shape.in, shape.kernel, shape.kernel})),
      bias_((scope / "bias").take({shape.out})),
      geometry_(shape.geometry) {
    if (weight_.defined()) weight_ = weight_.contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor Conv2d::operator()(const at::Tensor& x) {
    if (!packed_ && onednn::can_pack(weight_)) {
        weight_ = onednn::pack_conv(weight_, geometry_, x.sizes());
        packed_ = true;
    }
    if (packed_) return onednn::conv(x, weight_, bias_, geometry_);
    return at::conv2d(x, weight_, bias_, geometry_.stride, geometry_.padding);
}

}  // namespace gotong::engine
