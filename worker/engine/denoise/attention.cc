#include "worker/engine/denoise/attention.h"

#include <ATen/Functions.h>

#include "worker/engine/cuda/geglu.h"

namespace gotong::engine {
namespace {

constexpr double kLayerNormEpsilon = 1e-5;
constexpr double kGroupNormEpsilon = 1e-6;  // Unlike the resnets', fixed by the architecture.
constexpr std::int64_t kFeedForwardFactor = 4;

// The two spellings of a transformer's edges compute the same.
Linear projection(const Scope& scope, std::int64_t channels, bool linear) {
    return linear ? Linear(scope, channels, channels)
                  : Linear::from_pointwise_conv(scope, channels, channels);
}

}  // namespace

TransformerBlock::TransformerBlock(const Scope& scope, const UnetLevel& level)
    : heads_(level.heads),
      norm1_(scope / "norm1", level.channels, kLayerNormEpsilon),
      norm2_(scope / "norm2", level.channels, kLayerNormEpsilon),
      norm3_(scope / "norm3", level.channels, kLayerNormEpsilon),
      self_query_key_value_(
          stacked({scope / "attn1" / "to_q", scope / "attn1" / "to_k", scope / "attn1" / "to_v"},
                  level.channels, level.channels)),
      self_out_(scope / "attn1" / "to_out" / 0, level.channels, level.channels),
      text_query_(scope / "attn2" / "to_q", level.channels, level.channels, Bias::without),
      text_key_(scope / "attn2" / "to_k", level.context, level.channels, Bias::without),
      text_value_(scope / "attn2" / "to_v", level.context, level.channels, Bias::without),
      text_out_(scope / "attn2" / "to_out" / 0, level.channels, level.channels),
      widen_(scope / "ff" / "net" / 0 / "proj", level.channels,
             2 * kFeedForwardFactor * level.channels),
      narrow_(scope / "ff" / "net" / 2, kFeedForwardFactor * level.channels, level.channels) {}

TextKeys::Pair TransformerBlock::text_keys(const at::Tensor& context) {
    return {text_key_(context), text_value_(context)};
}

at::Tensor TransformerBlock::attend_to_itself(const at::Tensor& x) {
    const auto parts = self_query_key_value_(x).chunk(3, -1);
    return self_out_(attend(parts[0], parts[1], parts[2], heads_));
}

at::Tensor TransformerBlock::feed_forward(const at::Tensor& x) {
    const at::Tensor wide = widen_(x);
    const at::Tensor ours = cuda::geglu(wide);
    if (ours.defined()) return narrow_(ours);
    const auto halves = wide.chunk(2, -1);
    return narrow_(at::gelu(halves[1]).mul_(halves[0]));
}

at::Tensor TransformerBlock::operator()(at::Tensor x, const TextKeys::Pair& text) {
    x.add_(attend_to_itself(norm1_(x)));
    x.add_(text_out_(attend(text_query_(norm2_(x)), text.keys, text.values, heads_)));
    return x.add_(feed_forward(norm3_(x)));
}

SpatialTransformer::SpatialTransformer(const Scope& scope, const UnetLevel& level,
                                       std::int64_t groups, bool linear_projection)
    : norm_(scope / "norm", groups, level.channels, kGroupNormEpsilon),
      project_in_(projection(scope / "proj_in", level.channels, linear_projection)),
      project_out_(projection(scope / "proj_out", level.channels, linear_projection)) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(level.transformer_layers); ++i) {
        blocks_.emplace_back(scope / "transformer_blocks" / i, level);
    }
}

void SpatialTransformer::add_text_keys(const at::Tensor& context, TextKeys& keys) {
    for (TransformerBlock& block : blocks_) keys.pairs.push_back(block.text_keys(context));
}

at::Tensor SpatialTransformer::operator()(const at::Tensor& x, const TextKeys& text,
                                          std::size_t& next) {
    // Channels-last memory is a list of tokens already: [batch, h * w, channels].
    const at::Tensor tokens = norm_(x).permute({0, 2, 3, 1}).flatten(1, 2);
    at::Tensor h = project_in_(tokens);
    for (TransformerBlock& block : blocks_) h = block(h, text.pairs.at(next++));
    h = project_out_(h).unflatten(1, {x.size(2), x.size(3)}).permute({0, 3, 1, 2});
    return h.add_(x);
}

}  // namespace gotong::engine
