#include "worker/engine/layers/linear.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "worker/engine/layers/onednn.h"

namespace gotong::engine {
namespace {

// A weight packed for a single row is summed in another order than one packed for several, and so
// is libtorch's own product of one row and of two. Packed for at least this many, a row comes out
// the same to the last bit however many share the call, at 0.02 ms for each of a time embedding's
// few rows.
constexpr std::int64_t kLeastRows = 16;

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
        if (!onednn::can_pack(weight_)) return at::linear(x, weight_, bias_);
        weight_ = onednn::pack_linear(weight_, std::max(x.numel() / x.size(-1), kLeastRows));
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
