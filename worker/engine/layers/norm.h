// Group and layer normalisation with learned scale and shift.
#pragma once

#include "worker/engine/layers/weights.h"

namespace gotong::engine {

class GroupNorm {
  public:
    // Takes `weight` and `bias` [channels] at `scope`; `groups` divides `channels`.
    GroupNorm(const Scope& scope, std::int64_t groups, std::int64_t channels, double epsilon);

    at::Tensor operator()(const at::Tensor& x) const;

    // silu of it, in one go.
    at::Tensor silu(const at::Tensor& x) const;

  private:
    at::Tensor weight_, bias_;
    std::int64_t groups_;
    double epsilon_;
};

class LayerNorm {
  public:
    // Takes `weight` and `bias` [width] at `scope`; normalises the last dimension.
    LayerNorm(const Scope& scope, std::int64_t width, double epsilon);

    at::Tensor operator()(const at::Tensor& x) const;

  private:
    at::Tensor weight_, bias_;
    double epsilon_;
};

}  // namespace gotong::engine
