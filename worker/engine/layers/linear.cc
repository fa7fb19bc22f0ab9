#include "worker/engine/layers/linear.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "worker/engine/layers/onednn.h"

namespace gotong::engine {
namespace {

// Below this many rows (a time embedding has one or two) oneDNN's call costs more than the
// product; measured 0.021 ms packed against 0.011 ms plain for 2 x 256 x 192.
constexpr std::int64_t kRowsWorthPacking = 16;

}  // namespace

Linear::Linear(const Scope& scope, std::int64_t in, std::int64_t out, Bias bias)
    : weight_((scope / "weight").take({out, in})) {
    if (bias == Bias::with) bias_ = (scope / "bias").take({out});
}

Linear Linear::from_pointwise_conv(const Scope& scope, std::int64_t in, std::int64_t out) {
    const at::Tensor weight = (scope / "weight").take({out, in, 1, 1});
    return {weight.defined() ? weight.view({out, in}) : weight, (scope / "bias").take({out})};
}

at::Tensor Linear::operator()(const at::Tensor& x) {
    if (!packed_) {
        const std::int64_t rows = x.numel() / x.size(-1);
        if (rows < kRowsWorthPacking || !onednn::can_pack(weight_)) {
            return at::linear(x, weight_, bias_);
        }
        weight_ = onednn::pack_linear(weight_, rows);
        packed_ = true;
    }
    return onednn::linear(x, weight_, bias_);
}

Linear stacked(const std::vector<Scope>& scopes, std::int64_t in, std::int64_t out_each) {
    std::vector<at::Tensor> weights;
    for (const Scope& scope : scopes) weights.push_back((scope / "weight").take({out_each, in}));
    const bool whole = std::all_of(weights.begin(), weights.end(),
                                   [](const at::Tensor& weight) { return weight.defined(); });
    return {whole ? at::cat(weights) : at::Tensor{}, {}};
}

}  // namespace gotong::engine
