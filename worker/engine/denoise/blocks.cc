#include "worker/engine/denoise/blocks.h"

#include <ATen/Functions.h>

#include <utility>

namespace gotong::engine {
namespace {

ResnetShape resnet_shape(const UnetConfig& config, std::int64_t in, std::int64_t out) {
    return {in, out, config.groups, config.epsilon, config.time_width()};
}

at::Tensor popped(Skips& skips) {
    at::Tensor skip = std::move(skips.back());
    skips.pop_back();
    return skip;
}

// The skips of an up block are its level's own outputs and, last, what came into the level.
std::int64_t skip_channels(const UnetConfig& config, std::size_t level, int layer) {
    const auto& levels = config.levels;
    const bool own = layer < levels[level].layers;
    return levels[own || level == 0 ? level : level - 1].channels;
}

}  // namespace

Layer::Layer(const Scope& scope, std::size_t index, const UnetConfig& config,
             const UnetLevel& level, std::int64_t in, bool attends)
    : resnet_(scope / "resnets" / index, resnet_shape(config, in, level.channels)) {
    if (attends) {
        transformer_.emplace(scope / "attentions" / index, level, config.groups,
                             config.linear_projection);
    }
}

void Layer::add_text_keys(const at::Tensor& context, TextKeys& keys) {
    if (transformer_) transformer_->add_text_keys(context, keys);
}

at::Tensor Layer::operator()(const at::Tensor& x, const StepInput& step) {
    at::Tensor h = resnet_(x, step.time);
    return transformer_ ? (*transformer_)(h, step.text, step.next_text) : h;
}

DownBlock::DownBlock(const Scope& scope, const UnetConfig& config, std::size_t index)
    : pad_right_and_bottom_(config.downsample_padding == 0) {
    const UnetLevel& level = config.levels[index];
    std::int64_t in = config.levels[index == 0 ? 0 : index - 1].channels;
    for (std::size_t i = 0; i < static_cast<std::size_t>(level.layers); ++i) {
        layers_.emplace_back(scope, i, config, level, in, level.attention_down);
        in = level.channels;
    }
    if (index + 1 < config.levels.size()) {
        downsampler_.emplace(
            scope / "downsamplers" / 0 / "conv",
            ConvShape{in, in, 3, {.stride = 2, .padding = config.downsample_padding}});
    }
}

void DownBlock::add_text_keys(const at::Tensor& context, TextKeys& keys) {
    for (Layer& layer : layers_) layer.add_text_keys(context, keys);
}

at::Tensor DownBlock::halved(const at::Tensor& x) {
    return (*downsampler_)(pad_right_and_bottom_ ? at::constant_pad_nd(x, {0, 1, 0, 1}) : x);
}

at::Tensor DownBlock::operator()(at::Tensor x, const StepInput& step, Skips& skips) {
    for (Layer& layer : layers_) {
        x = layer(x, step);
        skips.push_back(x);
    }
    if (downsampler_) {
        x = halved(x);
        skips.push_back(x);
    }
    return x;
}

MiddleBlock::MiddleBlock(const Scope& scope, const UnetConfig& config)
    : before_(scope / "resnets" / 0,
              resnet_shape(config, config.levels.back().channels, config.levels.back().channels)),
      transformer_(scope / "attentions" / 0, config.levels.back(), config.groups,
                   config.linear_projection),
      after_(scope / "resnets" / 1,
             resnet_shape(config, config.levels.back().channels, config.levels.back().channels)) {}

void MiddleBlock::add_text_keys(const at::Tensor& context, TextKeys& keys) {
    transformer_.add_text_keys(context, keys);
}

at::Tensor MiddleBlock::operator()(const at::Tensor& x, const StepInput& step) {
    const at::Tensor h = transformer_(before_(x, step.time), step.text, step.next_text);
    return after_(h, step.time);
}

UpBlock::UpBlock(const Scope& scope, const UnetConfig& config, std::size_t index) {
    const std::size_t last = config.levels.size() - 1;
    const std::size_t at = last - index;
    const UnetLevel& level = config.levels[at];
    std::int64_t in = config.levels[index == 0 ? last : at + 1].channels;
    for (int i = 0; i <= level.layers; ++i) {
        layers_.emplace_back(scope, static_cast<std::size_t>(i), config, level,
                             in + skip_channels(config, at, i), level.attention_up);
        in = level.channels;
    }
    if (at > 0) upsampler_.emplace(scope / "upsamplers" / 0, level.channels);
}

void UpBlock::add_text_keys(const at::Tensor& context, TextKeys& keys) {
    for (Layer& layer : layers_) layer.add_text_keys(context, keys);
}

at::Tensor UpBlock::operator()(at::Tensor x, const StepInput& step, Skips& skips) {
    for (Layer& layer : layers_) x = layer(at::cat({x, popped(skips)}, 1), step);
    return upsampler_ ? (*upsampler_)(x) : x;
}

}  // namespace gotong::engine
