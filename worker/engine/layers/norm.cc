#include "worker/engine/layers/norm.h"

#include <ATen/Functions.h>

namespace gotong::engine {

GroupNorm::GroupNorm(const Scope& scope, std::int64_t groups, std::int64_t channels, double epsilon)
    : weight_((scope / "weight").take({channels})),
      bias_((scope / "bias").take({channels})),
      groups_(groups),
      epsilon_(epsilon) {}

at::Tensor GroupNorm::operator()(const at::Tensor& x) const {
    return at::group_norm(x, groups_, weight_, bias_, epsilon_);
}

LayerNorm::LayerNorm(const Scope& scope, std::int64_t width, double epsilon)
    : weight_((scope / "weight").take({width})),
      bias_((scope / "bias").take({width})),
      epsilon_(epsilon) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
    return at::layer_norm(x, {x.size(-1)}, weight_, bias_, epsilon_);
}

}  // namespace gotong::engine
