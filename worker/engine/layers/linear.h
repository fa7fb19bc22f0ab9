// Linear: y = x W^T + b over the last dimension.
#pragma once

#include <vector>

#include "worker/engine/layers/weights.h"

namespace gotong::engine {

enum class Bias { with, without };

class Linear {
  public:
    // Takes `weight` [out, in] and `bias` [out] at `scope`.
    Linear(const Scope& scope, std::int64_t in, std::int64_t out, Bias bias = Bias::with);

    // The same from tensors at hand: the weights of several outputs one below the other; `bias` may
    // be undefined.
    Linear(std::vector<at::Tensor> weights, at::Tensor bias)
        : stored_(std::move(weights)), bias_(std::move(bias)) {}

    // A 1x1 convolution [out, in, 1, 1] read as a linear layer over the channels.
    static Linear from_pointwise_conv(const Scope& scope, std::int64_t in, std::int64_t out);

    at::Tensor operator()(const at::Tensor& x);

  private:
    void prepare(const at::Tensor& x);

    std::vector<at::Tensor> stored_;  // As borrowed, until the first call.
    at::Tensor weight_;               // Packed, where that helps.
    at::Tensor bias_;
    bool packed_ = false;
};

// One layer that computes several over the same input: their weights stacked, without bias.
Linear stacked(const std::vector<Scope>& scopes, std::int64_t in, std::int64_t out_each);

}  // namespace gotong::engine
