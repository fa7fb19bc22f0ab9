// The residual block that both UNet and VAE are made of:
//
//     x + conv2(silu(norm2(conv1(silu(norm1(x))) + time)))
//
// with a 1x1 convolution on the direct path where the number of channels changes.
#pragma once

#include <optional>

#include "worker/engine/layers/conv.h"
#include "worker/engine/layers/linear.h"
#include "worker/engine/layers/norm.h"

namespace gotong::engine {

struct ResnetShape {
    std::int64_t in = 0;
    std::int64_t out = 0;
    std::int64_t groups = 0;
    double epsilon = 0;
    std::int64_t time = 0;  // Width of the time embedding; 0: the block knows no time.
};

class ResnetBlock {
  public:
    ResnetBlock(const Scope& scope, const ResnetShape& shape);

    // x: [batch, in, h, w] -> [batch, out, h, w]. `time`: silu of the time embedding, [batch,
    // width]; undefined for a block that knows no time.
    at::Tensor operator()(const at::Tensor& x, const at::Tensor& time = {});

  private:
    GroupNorm norm1_;
    Conv2d conv1_;
    std::optional<Linear> time_;
    GroupNorm norm2_;
    Conv2d conv2_;
    std::optional<Conv2d> shortcut_;
};

// Doubles height and width by repetition, then convolves.
class Upsampler {
  public:
    Upsampler(const Scope& scope, std::int64_t channels)
        : conv_(scope / "conv", {.in = channels, .out = channels}) {}

    at::Tensor operator()(const at::Tensor& x);

  private:
    Conv2d conv_;
};

}  // namespace gotong::engine
