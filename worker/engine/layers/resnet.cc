#include "worker/engine/layers/resnet.h"

#include <ATen/Functions.h>

namespace gotong::engine {
namespace {

constexpr onednn::ConvGeometry kPointwise{.stride = 1, .padding = 0};

}  // namespace

ResnetBlock::ResnetBlock(const Scope& scope, const ResnetShape& shape)
    : norm1_(scope / "norm1", shape.groups, shape.in, shape.epsilon),
      conv1_(scope / "conv1", {.in = shape.in, .out = shape.out}),
      norm2_(scope / "norm2", shape.groups, shape.out, shape.epsilon),
      conv2_(scope / "conv2", {.in = shape.out, .out = shape.out}) {
    if (shape.time > 0) time_.emplace(scope / "time_emb_proj", shape.time, shape.out);
    if (shape.in != shape.out) {
        shortcut_.emplace(scope / "conv_shortcut", ConvShape{shape.in, shape.out, 1, kPointwise});
    }
}

at::Tensor ResnetBlock::operator()(const at::Tensor& x, const at::Tensor& time) {
    at::Tensor h = conv1_(norm1_.silu(x));
    if (time_) h.add_((*time_)(time).unsqueeze(-1).unsqueeze(-1));
    return conv2_(norm2_.silu(h), shortcut_ ? (*shortcut_)(x) : x);
}

at::Tensor Upsampler::operator()(const at::Tensor& x) {
    return conv_(at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}));
}

}  // namespace gotong::engine
