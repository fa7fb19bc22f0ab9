#include "worker/engine/decode/vae.h"

#include <ATen/Functions.h>

#include "worker/engine/layers/attention.h"

namespace gotong::engine {
namespace {

constexpr int kMaxLevels = 8;
constexpr int kMaxLayers = 64;
constexpr int kMaxChannels = 16'384;
constexpr int kMaxSampleSize = 16'384;
constexpr double kMaxScalingFactor = 1e3;
constexpr double kEpsilon = 1e-6;  // Fixed by the architecture.

constexpr onednn::ConvGeometry kPointwise{.stride = 1, .padding = 0};

void refuse_other_kinds(ConfigReader& config) {
    config.must_be("_class_name", "AutoencoderKL");
    config.must_be("act_fn", "silu");
    config.must_be("in_channels", 3);
    config.must_be("out_channels", 3);
    for (const char* none : {"shift_factor", "latents_mean", "latents_std"}) {
        config.must_be(none, nullptr);
    }
    // Whether it may run in half precision (here it never does).
    config.ignore({"force_upcast"});
}

void check_block_types(ConfigReader& config, const std::string& key, const std::string& only,
                       std::size_t levels) {
    const auto types = config.text_list(key, std::vector<std::string>(levels, only));
    if (types.size() != levels) {
        config.invalid(key, "must have as many entries as block_out_channels");
    }
    for (const std::string& type : types) {
        if (type != only) config.unsupported(key, "\"" + type + "\" is not " + only);
    }
}

// [height, width], or one number for both.
void read_sample_size(ConfigReader& config, VaeConfig& vae) {
    const auto sides = config.integers("sample_size", 2, 32, 1, kMaxSampleSize);
    vae.sample_height = sides[0];
    vae.sample_width = sides[1];
}

// Files written before 2023 call the attention's layers by other names.
Scope either(const Scope& scope, std::string_view name, std::string_view old_name) {
    const Scope old = scope / old_name;
    return old.has_children() ? old : scope / name;
}

}  // namespace

Result<VaeConfig> read_vae_config(ConfigReader& config) {
    refuse_other_kinds(config);
    VaeConfig vae;
    const auto channels =
        config.integer_list("block_out_channels", {64}, kMaxLevels, 1, kMaxChannels);
    vae.channels.assign(channels.begin(), channels.end());
    check_block_types(config, "down_block_types", "DownEncoderBlock2D", channels.size());
    check_block_types(config, "up_block_types", "UpDecoderBlock2D", channels.size());
    vae.latent_channels = config.integer("latent_channels", 4, 1, kMaxChannels);
    vae.out_channels = 3;
    vae.layers = config.integer("layers_per_block", 1, 1, kMaxLayers);
    vae.groups = config.integer("norm_num_groups", 32, 1, kMaxChannels);
    read_sample_size(config, vae);
    // 0 would divide by nothing; 1e-6 is far below any model's.
    vae.scaling_factor = config.number("scaling_factor", 0.18215, 1e-6, kMaxScalingFactor);
    vae.post_quant_conv = config.boolean("use_post_quant_conv", true);
    vae.quant_conv = config.boolean("use_quant_conv", true);
    vae.middle_attention = config.boolean("mid_block_add_attention", true);
    for (const std::int64_t each : vae.channels) {
        if (each % vae.groups != 0) {
            config.invalid("norm_num_groups", "must divide every entry of block_out_channels");
        }
    }
    if (auto done = config.finish(); !done) return Failure{done.error()};
    return vae;
}

VaeAttention::VaeAttention(const Scope& scope, std::int64_t groups, std::int64_t channels)
    : norm_(scope / "group_norm", groups, channels, kEpsilon),
      query_(either(scope, "to_q", "query"), channels, channels),
      key_(either(scope, "to_k", "key"), channels, channels),
      value_(either(scope, "to_v", "value"), channels, channels),
      out_(either(scope, "to_out.0", "proj_attn"), channels, channels) {}

at::Tensor VaeAttention::operator()(const at::Tensor& x) {
    const at::Tensor tokens = norm_(x).permute({0, 2, 3, 1}).flatten(1, 2);
    const at::Tensor h = out_(attend(query_(tokens), key_(tokens), value_(tokens), /*heads=*/1));
    return h.unflatten(1, {x.size(2), x.size(3)}).permute({0, 3, 1, 2}) + x;
}

VaeDecoder::VaeDecoder(Weights& weights, const VaeConfig& config)
    : VaeDecoder(weights.root() / "decoder", weights.root() / "post_quant_conv", config) {}

VaeDecoder::VaeDecoder(const Scope& scope, const Scope& post_quant_conv, const VaeConfig& config)
    : config_(config),
      conv_in_(scope / "conv_in", {.in = config.latent_channels, .out = config.channels.back()}),
      middle_before_(scope / "mid_block" / "resnets" / 0,
                     resnet_shape(config.channels.back(), config.channels.back())),
      middle_after_(scope / "mid_block" / "resnets" / 1,
                    resnet_shape(config.channels.back(), config.channels.back())),
      norm_out_(scope / "conv_norm_out", config.groups, config.channels.front(), kEpsilon),
      conv_out_(scope / "conv_out", {.in = config.channels.front(), .out = config.out_channels}) {
    if (config.post_quant_conv) {
        post_quant_conv_.emplace(post_quant_conv, ConvShape{config.latent_channels,
                                                            config.latent_channels, 1, kPointwise});
    }
    if (config.middle_attention) {
        middle_attention_.emplace(scope / "mid_block" / "attentions" / 0, config.groups,
                                  config.channels.back());
    }
    for (std::size_t i = 0; i < config.channels.size(); ++i) {
        levels_.push_back(level(scope / "up_blocks" / i, i));
    }
}

ResnetShape VaeDecoder::resnet_shape(std::int64_t in, std::int64_t out) const {
    return {in, out, config_.groups, kEpsilon};
}

// `index` counts from the latent's side, as the file's up_blocks do.
VaeDecoder::Level VaeDecoder::level(const Scope& scope, std::size_t index) const {
    const std::size_t last = config_.channels.size() - 1;
    const std::int64_t out = config_.channels[last - index];
    std::int64_t in = config_.channels[index == 0 ? last : last - index + 1];
    Level level;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(config_.layers); ++i) {
        level.resnets.emplace_back(scope / "resnets" / i, resnet_shape(in, out));
        in = out;
    }
    if (index < last) level.upsampler.emplace(scope / "upsamplers" / 0, out);
    return level;
}

at::Tensor VaeDecoder::operator()(const at::Tensor& latent) {
    at::Tensor x = (latent / config_.scaling_factor).contiguous(at::MemoryFormat::ChannelsLast);
    if (post_quant_conv_) x = (*post_quant_conv_)(x);
    x = middle_before_(conv_in_(x));
    if (middle_attention_) x = (*middle_attention_)(x);
    x = middle_after_(x);
    for (Level& level : levels_) {
        for (ResnetBlock& resnet : level.resnets) x = resnet(x);
        if (level.upsampler) x = (*level.upsampler)(x);
    }
    return conv_out_(norm_out_.silu(x));
}

}  // namespace gotong::engine
