// Conv2d over channels-last tensors: [batch, channels, height, width], channels innermost in
// memory, which is the order that both oneDNN and cuDNN compute in.
#pragma once

#include "worker/engine/layers/onednn.h"
#include "worker/engine/layers/weights.h"

namespace gotong::engine {

struct ConvShape {
    std::int64_t in = 0;
    std::int64_t out = 0;
    int kernel = 3;
    onednn::ConvGeometry geometry{};  // Stride and padding.
};

class Conv2d {
  public:
    // Takes `weight` [out, in, kernel, kernel] and `bias` [out] at `scope`.
    Conv2d(const Scope& scope, const ConvShape& shape);

    at::Tensor operator()(const at::Tensor& x);

  private:
    at::Tensor weight_;  // Packed by the first call.
    at::Tensor bias_;
    onednn::ConvGeometry geometry_;
    bool packed_ = false;
};

}  // namespace gotong::engine
