// CLIP's text encoder: token ids -> one vector a token, which the denoiser attends to.
//
// Corridor: text/clip_bpe -> [encode/clip_text] -> stages/condition
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "worker/engine/layers/attention.h"
#include "worker/engine/layers/linear.h"
#include "worker/engine/layers/norm.h"
#include "worker/engine/weights/config.h"

namespace gotong::engine {

// What text_encoder/config.json of a CLIPTextModel says.
struct ClipTextConfig {
    std::int64_t vocabulary = 0;
    std::int64_t width = 0;
    std::int64_t inner_width = 0;  // Of the feed-forward layers.
    int layers = 0;
    std::int64_t heads = 0;
    std::int64_t positions = 0;  // Longest sequence of ids.
    double epsilon = 0;
    enum class Activation { quick_gelu, gelu } activation = Activation::quick_gelu;
};

// Errors: invalid_argument, unimplemented; both name file and key.
Result<ClipTextConfig> read_clip_text_config(ConfigReader& config);

class ClipTextLayer {
  public:
    ClipTextLayer(const Scope& scope, const ClipTextConfig& config);

    // x: [batch, tokens, width] -> the same.
    at::Tensor operator()(const at::Tensor& x);

  private:
    std::int64_t heads_;
    ClipTextConfig::Activation activation_;
    LayerNorm norm1_, norm2_;
    Linear query_, key_, value_, out_;
    Linear widen_, narrow_;
};

class ClipTextEncoder {
  public:
    ClipTextEncoder(const Scope& scope, const ClipTextConfig& config);

    // At most config().positions ids, all below config().vocabulary.
    // Returns [1, ids, width]: the last layer's output, normalised.
    at::Tensor operator()(std::span<const std::int64_t> ids);

    const ClipTextConfig& config() const { return config_; }

  private:
    ClipTextConfig config_;
    at::Tensor token_embedding_;     // [vocabulary, width]
    at::Tensor position_embedding_;  // [positions, width]
    std::vector<ClipTextLayer> layers_;
    LayerNorm norm_;
};

// Where the encoder's tensors are: older files put them below "text_model.", newer ones do not.
// Leaves out what some files hold and the encoder does not need.
Scope clip_text_scope(Weights& weights);

}  // namespace gotong::engine
