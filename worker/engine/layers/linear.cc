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
    : stored_{(scope / "weight").borrow({out, in}, Use::packed)} {
    if (bias == Bias::with) bias_ = (scope / "bias").take({out});
}

Linear Linear::from_pointwise_conv(const Scope& scope, std::int64_t in, std::int64_t out) {
    const at::Tensor weight = (scope / "weight").borrow({out, in, 1, 1}, Use::packed);
    return {std::vector{weight.defined() ? weight.view({out, in}) : weight},
            (scope / "bias").take({out})};
}

void Linear::prepare(const at::Tensor& x) {
    at::Tensor weight =
        (stored_.size() == 1 ? stored_.front() : at::cat(stored_)).to(x.scalar_type());
    packed_ = onednn::can_pack(weight);
    if (packed_) weight = onednn::pack_linear(weight, std::max(x.numel() / x.size(-1), kLeastRows));
    weight_ = std::move(weight);  // Not before: what lacked memory is tried again.
    stored_.clear();
}

at::Tensor Linear::operator()(const at::Tensor& x) {
    if (!weight_.defined()) prepare(x);
    return packed_ ? onednn::linear(x, weight_, bias_) : at::linear(x, weight_, bias_);
}

Linear stacked(const std::vector<Scope>& scopes, std::int64_t in, std::int64_t out_each) {
    std::vector<at::Tensor> weights;
    for (const Scope& scope : scopes)
        weights.push_back((scope / "weight").borrow({out_each, in}, Use::packed));
    return {std::move(weights), {}};
}

}  // namespace gotong::engine
