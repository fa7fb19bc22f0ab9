#include "worker/engine/encode/clip_text.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace gotong::engine {
namespace {

constexpr int kMaxWidth = 16'384;
constexpr int kMaxLayers = 256;
constexpr int kMaxVocabulary = 1 << 22;
constexpr int kMaxPositions = 4'096;

// x * sigmoid(1.702 x), the approximation that CLIP was trained with.
at::Tensor quick_gelu(const at::Tensor& x) {
    constexpr double kSlope = 1.702;
    return at::sigmoid(x * kSlope).mul_(x);
}

ClipTextConfig::Activation read_activation(ConfigReader& config) {
    const std::string name = config.text("hidden_act", "quick_gelu");
    if (name == "gelu") return ClipTextConfig::Activation::gelu;
    if (name != "quick_gelu") {
        config.unsupported("hidden_act", "\"" + name + "\" is not quick_gelu or gelu");
    }
    return ClipTextConfig::Activation::quick_gelu;
}

// 2 is a slip of the configs written until 2023, kept for their sake: no text ends with it.
std::optional<std::int64_t> read_end_id(ConfigReader& config) {
    constexpr int kSlip = 2;
    const int id = config.integer("eos_token_id", 49407, 0, kMaxVocabulary);
    return id == kSlip ? std::nullopt : std::optional<std::int64_t>{id};
}

// Older files put the encoder's tensors below "text_model.", newer ones do not.
Scope clip_text_scope(Weights& weights) {
    const Scope root = weights.root();
    const Scope prefixed = root / "text_model";
    const bool old = prefixed.has_children();
    // 0, 1, 2, ...: older files store the positions' numbers as a tensor.
    weights.ignore(old ? "text_model.embeddings.position_ids" : "embeddings.position_ids");
    return old ? prefixed : root;
}

// Where the text ends: the first end, or the place of the highest id. Without any, the first place.
std::int64_t end_of(std::span<const std::int64_t> ids, std::optional<std::int64_t> end_id) {
    const auto end = end_id ? std::find(ids.begin(), ids.end(), *end_id)
                            : std::max_element(ids.begin(), ids.end());
    return end == ids.end() ? 0 : end - ids.begin();
}

}  // namespace

Result<ClipTextConfig> read_clip_text_config(ConfigReader& config, ClipTextRole role) {
    ClipTextConfig clip;
    config.must_be("model_type", "clip_text_model");
    config.must_be("use_attention_mask", false);
    clip.vocabulary = config.integer("vocab_size", 49408, 1, kMaxVocabulary);
    clip.width = config.integer("hidden_size", 512, 1, kMaxWidth);
    clip.inner_width = config.integer("intermediate_size", 2048, 1, 4 * kMaxWidth);
    clip.layers = config.integer("num_hidden_layers", 12, 1, kMaxLayers);
    clip.heads = config.integer("num_attention_heads", 8, 1, kMaxWidth);
    clip.positions = config.integer("max_position_embeddings", 77, 1, kMaxPositions);
    clip.epsilon = config.number("layer_norm_eps", 1e-5, 0, 1);
    clip.activation = read_activation(config);
    if (role.has_projection) {
        clip.projection_width = config.integer("projection_dim", 512, 1, kMaxWidth);
        clip.end_id = read_end_id(config);
    }
    if (clip.width % clip.heads != 0) {
        config.invalid("num_attention_heads", "must divide hidden_size");
    }
    // The format stores every default of its base class, most of them about generating text.
    config.ignore_rest();
    if (auto done = config.finish(); !done) return Failure{done.error()};
    return clip;
}

ClipTextLayer::ClipTextLayer(const Scope& scope, const ClipTextConfig& config)
    : heads_(config.heads),
      activation_(config.activation),
      norm1_(scope / "layer_norm1", config.width, config.epsilon),
      norm2_(scope / "layer_norm2", config.width, config.epsilon),
      query_(scope / "self_attn" / "q_proj", config.width, config.width),
      key_(scope / "self_attn" / "k_proj", config.width, config.width),
      value_(scope / "self_attn" / "v_proj", config.width, config.width),
      out_(scope / "self_attn" / "out_proj", config.width, config.width),
      widen_(scope / "mlp" / "fc1", config.width, config.inner_width),
      narrow_(scope / "mlp" / "fc2", config.inner_width, config.width) {}

at::Tensor ClipTextLayer::operator()(const at::Tensor& x) {
    const at::Tensor normed = norm1_(x);
    const at::Tensor h =
        x + out_(attend(query_(normed), key_(normed), value_(normed), heads_, Mask::causal));
    const at::Tensor wide = widen_(norm2_(h));
    return h + narrow_(activation_ == ClipTextConfig::Activation::gelu ? at::gelu(wide)
                                                                       : quick_gelu(wide));
}

ClipTextEncoder::ClipTextEncoder(Weights& weights, const ClipTextConfig& config, ClipTextRole role)
    : ClipTextEncoder(clip_text_scope(weights), config, role) {
    if (!role.has_projection) return;
    projection_.emplace(weights.root() / "text_projection", config.width, config.projection_width,
                        Bias::without);
}

ClipTextEncoder::ClipTextEncoder(const Scope& scope, const ClipTextConfig& config,
                                 ClipTextRole role)
    : config_(config),
      role_(role),
      token_embedding_((scope / "embeddings" / "token_embedding" / "weight")
                           .borrow({config.vocabulary, config.width}, Use::looked_up)),
      position_embedding_((scope / "embeddings" / "position_embedding" / "weight")
                              .take({config.positions, config.width})),
      norm_(scope / "final_layer_norm", config.width, config.epsilon) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(config.layers); ++i) {
        layers_.emplace_back(scope / "encoder" / "layers" / i, config);
    }
}

at::Tensor ClipTextEncoder::embedded(std::span<const std::int64_t> ids) const {
    const auto count = static_cast<std::int64_t>(ids.size());
    const at::Tensor index = at::tensor(at::IntArrayRef(ids.data(), ids.size()), at::kLong)
                                 .to(token_embedding_.device());
    const at::Tensor places = position_embedding_.slice(/*dim=*/0, 0, count);
    // Only the rows that are read become of the type that we compute in.
    return (at::embedding(token_embedding_, index).to(places.scalar_type()) + places).unsqueeze(0);
}

// tokens: [1, ids, width], the last layer's, normalised -> [1, projection_width].
at::Tensor ClipTextEncoder::projected(const at::Tensor& tokens, std::span<const std::int64_t> ids) {
    return (*projection_)(tokens.select(/*dim=*/1, end_of(ids, config_.end_id)));
}

EncodedText ClipTextEncoder::operator()(std::span<const std::int64_t> ids) {
    const bool penultimate = role_.layer == ClipTextRole::Layer::penultimate;
    at::Tensor x = embedded(ids);
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) x = layers_[i](x);
    if (penultimate && !projection_) return {x, {}};
    const at::Tensor last = norm_(layers_.back()(x));
    return {penultimate ? x : last, projection_ ? projected(last, ids) : at::Tensor{}};
}

}  // namespace gotong::engine
