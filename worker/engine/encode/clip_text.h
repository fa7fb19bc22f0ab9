// CLIP's text encoder: token ids -> one vector a token, which the denoiser attends to, and in some
// families one vector for the whole text.
//
// Corridor: text/clip_bpe -> [encode/clip_text] -> encode/text_stack
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "worker/engine/layers/attention.h"
#include "worker/engine/layers/linear.h"
#include "worker/engine/layers/norm.h"
#include "worker/engine/weights/config.h"

namespace gotong::engine {

// What text_encoder/config.json of a CLIPTextModel, with or without projection, says.
struct ClipTextConfig {
    std::int64_t vocabulary = 0;
    std::int64_t width = 0;
    std::int64_t inner_width = 0;  // Of the feed-forward layers.
    int layers = 0;
    std::int64_t heads = 0;
    std::int64_t positions = 0;  // Longest sequence of ids.
    double epsilon = 0;
    enum class Activation { quick_gelu, gelu } activation = Activation::quick_gelu;
    // Where the encoder has a projection: the width of the whole text's vector, and the id that
    // ends a text; absent: the highest id does.
    std::int64_t projection_width = 0;
    std::optional<std::int64_t> end_id;
};

// What a family takes from the encoder; the config does not say.
struct ClipTextRole {
    // The last layer's output after the final norm, or that of the layer before as it is.
    enum class Layer { last, penultimate } layer = Layer::last;
    bool has_projection = false;  // A CLIPTextModelWithProjection: gives the whole text's vector.
};

// Errors: invalid_argument, unimplemented; both name file and key.
Result<ClipTextConfig> read_clip_text_config(ConfigReader& config, ClipTextRole role);

struct EncodedText {
    at::Tensor tokens;  // [1, ids, width]
    at::Tensor whole;   // [1, projection_width]; undefined without a projection.
};

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
    // Takes all of the file's tensors, in the layout of old files or of new ones.
    ClipTextEncoder(Weights& weights, const ClipTextConfig& config, ClipTextRole role);

    // At most config().positions ids, all below config().vocabulary.
    EncodedText operator()(std::span<const std::int64_t> ids);

    const ClipTextConfig& config() const { return config_; }
    ClipTextRole role() const { return role_; }

  private:
    ClipTextEncoder(const Scope& scope, const ClipTextConfig& config, ClipTextRole role);
    at::Tensor embedded(std::span<const std::int64_t> ids) const;  // [1, ids, width]
    at::Tensor projected(const at::Tensor& tokens, std::span<const std::int64_t> ids);

    ClipTextConfig config_;
    ClipTextRole role_;
    at::Tensor token_embedding_;     // [vocabulary, width], borrowed.
    at::Tensor position_embedding_;  // [positions, width]
    std::vector<ClipTextLayer> layers_;
    LayerNorm norm_;
    std::optional<Linear> projection_;
};

}  // namespace gotong::engine
