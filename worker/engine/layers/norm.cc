#include "worker/engine/layers/norm.h"

#include <ATen/Functions.h>

#include "worker/engine/cuda/group_norm.h"

namespace gotong::engine {

GroupNorm::GroupNorm(const Scope& scope, std::int64_t groups, std::int64_t channels, double epsilon)
    : weight_((scope / "weight").take({channels})),
      bias_((scope / "bias").take({channels})),
      groups_(groups),
      epsilon_(epsilon) {}

at::Tensor GroupNorm::operator()(const at::Tensor& x) const {
    using cuda::Then;
    const auto ours = cuda::group_norm(x, groups_, weight_, bias_, epsilon_, Then::nothing);
    return ours.defined() ? ours : at::group_norm(x, groups_, weight_, bias_, epsilon_);
}

at::Tensor GroupNorm::silu(const at::Tensor& x) const {
    const auto ours = cuda::group_norm(x, groups_, weight_, bias_, epsilon_, cuda::Then::silu);
    if (ours.defined()) return ours;
    at::Tensor normed = at::group_norm(x, groups_, weight_, bias_, epsilon_);
    return at::silu_(normed);
}

LayerNorm::LayerNorm(const Scope& scope, std::int64_t width, double epsilon)
    : weight_((scope / "weight").take({width})),
      bias_((scope / "bias").take({width})),
      epsilon_(epsilon) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
    return at::layer_norm(x, {x.size(-1)}, weight_, bias_, epsilon_);
}

}  // namespace gotong::engine
