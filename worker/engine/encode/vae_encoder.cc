#include "worker/engine/encode/vae_encoder.h"

#include <ATen/Functions.h>

#include <array>

namespace gotong::engine {
namespace {

constexpr double kEpsilon = 1e-6;  // Fixed by the architecture, and so are the next three.
constexpr double kLeastLogVariance = -30;
constexpr double kMostLogVariance = 20;
constexpr std::array<std::int64_t, 4> kBelowAndRight{0, 1, 0, 1};

constexpr onednn::ConvGeometry kPointwise{.stride = 1, .padding = 0};
constexpr onednn::ConvGeometry kHalving{.stride = 2, .padding = 0};

}  // namespace

Downsampler::Downsampler(const Scope& scope, std::int64_t channels)
    : conv_(scope / "conv", {.in = channels, .out = channels, .geometry = kHalving}) {}

at::Tensor Downsampler::operator()(const at::Tensor& x) {
    return conv_(at::constant_pad_nd(x, kBelowAndRight).contiguous(at::MemoryFormat::ChannelsLast));
}

VaeEncoder::VaeEncoder(Weights& weights, const VaeConfig& config)
    : VaeEncoder(weights.root() / "encoder", weights.root() / "quant_conv", config) {}

VaeEncoder::VaeEncoder(const Scope& scope, const Scope& quant_conv, const VaeConfig& config)
    : config_(config),
      conv_in_(scope / "conv_in", {.in = 3, .out = config.channels.front()}),
      middle_before_(scope / "mid_block" / "resnets" / 0,
                     resnet_shape(config.channels.back(), config.channels.back())),
      middle_after_(scope / "mid_block" / "resnets" / 1,
                    resnet_shape(config.channels.back(), config.channels.back())),
      norm_out_(scope / "conv_norm_out", config.groups, config.channels.back(), kEpsilon),
      conv_out_(scope / "conv_out",
                {.in = config.channels.back(), .out = 2 * config.latent_channels}) {
    if (config.middle_attention) {
        middle_attention_.emplace(scope / "mid_block" / "attentions" / 0, config.groups,
                                  config.channels.back());
    }
    if (config.quant_conv) {
        const std::int64_t moments = 2 * config.latent_channels;
        quant_conv_.emplace(quant_conv, ConvShape{moments, moments, 1, kPointwise});
    }
    for (std::size_t i = 0; i < config.channels.size(); ++i) {
        levels_.push_back(level(scope / "down_blocks" / i, i));
    }
}

ResnetShape VaeEncoder::resnet_shape(std::int64_t in, std::int64_t out) const {
    return {in, out, config_.groups, kEpsilon};
}

// `index` counts from the picture's side.
VaeEncoder::Level VaeEncoder::level(const Scope& scope, std::size_t index) const {
    const std::int64_t out = config_.channels[index];
    std::int64_t in = config_.channels[index == 0 ? 0 : index - 1];
    Level level;
    for (std::size_t i = 0; i < static_cast<std::size_t>(config_.layers); ++i) {
        level.resnets.emplace_back(scope / "resnets" / i, resnet_shape(in, out));
        in = out;
    }
    if (index + 1 < config_.channels.size()) {
        level.downsampler.emplace(scope / "downsamplers" / 0, out);
    }
    return level;
}

at::Tensor VaeEncoder::operator()(const at::Tensor& picture, const at::Tensor& noise) {
    at::Tensor x = conv_in_(picture.contiguous(at::MemoryFormat::ChannelsLast));
    for (Level& level : levels_) {
        for (ResnetBlock& resnet : level.resnets) x = resnet(x);
        if (level.downsampler) x = (*level.downsampler)(x);
    }
    x = middle_before_(x);
    if (middle_attention_) x = (*middle_attention_)(x);
    x = norm_out_(middle_after_(x));
    x = conv_out_(at::silu_(x));
    if (quant_conv_) x = (*quant_conv_)(x);
    const auto moments = x.chunk(2, 1);
    const at::Tensor deviation =
        at::exp(moments[1].clamp(kLeastLogVariance, kMostLogVariance) * 0.5);
    return (moments[0] + deviation * noise) * config_.scaling_factor;
}

}  // namespace gotong::engine
