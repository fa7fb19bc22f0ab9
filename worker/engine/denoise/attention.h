// The UNet's transformer: image tokens attend to one another, then to the text.
#pragma once

#include <vector>

#include "worker/engine/denoise/prompted.h"
#include "worker/engine/denoise/unet_config.h"
#include "worker/engine/layers/attention.h"
#include "worker/engine/layers/linear.h"
#include "worker/engine/layers/norm.h"

namespace gotong::engine {

// Self-attention, cross-attention and a gated feed-forward, each normalised first and added.
class TransformerBlock {
  public:
    TransformerBlock(const Scope& scope, const UnetLevel& level);

    // context: [batch, tokens, level.context].
    TextKeys::Pair text_keys(const at::Tensor& context);

    // x: [batch, h * w, channels], changed in place and returned.
    at::Tensor operator()(at::Tensor x, const TextKeys::Pair& text);

  private:
    at::Tensor attend_to_itself(const at::Tensor& x);
    at::Tensor feed_forward(const at::Tensor& x);

    std::int64_t heads_;
    LayerNorm norm1_, norm2_, norm3_;
    Linear self_query_key_value_, self_out_;
    Linear text_query_, text_key_, text_value_, text_out_;
    Linear widen_, narrow_;
};

// Transformer blocks over the cells of a feature map, added to it.
class SpatialTransformer {
  public:
    SpatialTransformer(const Scope& scope, const UnetLevel& level, std::int64_t groups,
                       bool linear_projection);

    // Appends a pair for each block.
    void add_text_keys(const at::Tensor& context, TextKeys& keys);

    // x: [batch, channels, h, w]. Takes its pairs of `text` from index `next` on, and advances it.
    at::Tensor operator()(const at::Tensor& x, const TextKeys& text, std::size_t& next);

  private:
    GroupNorm norm_;
    Linear project_in_;
    std::vector<TransformerBlock> blocks_;
    Linear project_out_;
};

}  // namespace gotong::engine
