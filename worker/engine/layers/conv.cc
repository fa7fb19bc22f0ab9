#include "worker/engine/layers/conv.h"

#include <ATen/Functions.h>

namespace gotong::engine {

Conv2d::Conv2d(const Scope& scope, const ConvShape& shape)
    : weight_((scope / "weight")
                  .borrow({shape.out, shape.in, shape.kernel, shape.kernel}, Use::packed)),
      bias_((scope / "bias").take({shape.out})),
      geometry_(shape.geometry) {}

void Conv2d::prepare(const at::Tensor& x) {
    const at::Tensor weight = weight_.to(x.scalar_type());
    if (geometry_.stride == 1 && geometry_.padding == 1 && Winograd::suits(weight)) {
        winograd_.emplace(weight);
        weight_.reset();
    } else if (onednn::can_pack(weight)) {
        weight_ = onednn::pack_conv(weight, geometry_, x.sizes());
        packed_ = true;
    } else {
        weight_ = weight.contiguous(at::MemoryFormat::ChannelsLast);
    }
    prepared_ = true;  // Not before: what lacked memory is tried again.
}

at::Tensor Conv2d::operator()(const at::Tensor& x, const at::Tensor& addend) {
    if (!prepared_) prepare(x);
    if (winograd_) return (*winograd_)(x, bias_, addend);
    at::Tensor y = packed_ ? onednn::conv(x, weight_, bias_, geometry_)
                           : at::conv2d(x, weight_, bias_, geometry_.stride, geometry_.padding);
    return addend.defined() ? y.add_(addend) : y;
}

}  // namespace gotong::engine
