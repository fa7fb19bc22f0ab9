// Conv2d over channels-last tensors: [batch, channels, height, width], channels innermost in
// memory, which is the order that both oneDNN and cuDNN compute in.
#pragma once

#include <optional>

#include "worker/engine/layers/onednn.h"
#include "worker/engine/layers/weights.h"
#include "worker/engine/layers/winograd.h"

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

    // Plus `addend`, where defined: of the result's size.
    at::Tensor operator()(const at::Tensor& x, const at::Tensor& addend = {});

  private:
    void prepare(const at::Tensor& x);

    at::Tensor weight_;  // As borrowed until the first call, then in one of these forms:
    std::optional<Winograd> winograd_;
    bool packed_ = false;
    bool prepared_ = false;

    at::Tensor bias_;
    onednn::ConvGeometry geometry_;
};

}  // namespace gotong::engine
