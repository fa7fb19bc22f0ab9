#include "worker/engine/denoise/unet.h"

#include <ATen/Functions.h>

namespace gotong::engine {

Unet::Unet(const Scope& scope, const UnetConfig& config)
    : config_(config),
      time_(scope / "time_embedding", config),
      conv_in_(scope / "conv_in",
               {.in = config.in_channels, .out = config.levels.front().channels}),
      middle_(scope / "mid_block", config),
      norm_out_(scope / "conv_norm_out", config.groups, config.levels.front().channels,
                config.epsilon),
      conv_out_(scope / "conv_out",
                {.in = config.levels.front().channels, .out = config.out_channels}) {
    if (config.added_width > 0) added_.emplace(scope / "add_embedding", config);
    for (std::size_t i = 0; i < config.levels.size(); ++i) {
        down_.emplace_back(scope / "down_blocks" / i, config, i);
        up_.emplace_back(scope / "up_blocks" / i, config, i);
    }
}

TextKeys Unet::text_keys(const at::Tensor& context) {
    TextKeys keys;
    for (DownBlock& block : down_) block.add_text_keys(context, keys);
    middle_.add_text_keys(context, keys);
    for (UpBlock& block : up_) block.add_text_keys(context, keys);
    return keys;
}

Prompted Unet::prompted(const Told& told) {
    Prompted prompted{text_keys(told.context), {}, {}};
    if (added_) prompted.added = (*added_)(told.pooled, told.sizes);
    if (config_.guidance_width > 0) {
        const at::Tensor waves = guidance_waves(told.guidance, config_.guidance_width);
        prompted.guidance = time_.guidance(waves.to(told.context.options()));
    }
    return prompted;
}

at::Tensor Unet::operator()(const at::Tensor& latent, at::ArrayRef<double> timesteps,
                            const Prompted& prompted) {
    at::Tensor told = time_(timesteps, latent.options(), prompted.guidance);
    if (prompted.added.defined()) told = told + prompted.added;
    const at::Tensor time = at::silu(told);  // Every block begins with it.
    std::size_t next_text = 0;
    const StepInput step{time, prompted.text, next_text};
    at::Tensor x = conv_in_(latent.contiguous(at::MemoryFormat::ChannelsLast));
    Skips skips{x};
    for (DownBlock& block : down_) x = block(x, step, skips);
    x = middle_(x, step);
    for (UpBlock& block : up_) x = block(x, step, skips);
    x = norm_out_(x);
    return conv_out_(at::silu_(x));
}

}  // namespace gotong::engine
