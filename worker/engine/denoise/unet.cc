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

at::Tensor Unet::operator()(const at::Tensor& latent, const at::Tensor& waves,
                            const Prompted& prompted) {
    const at::Tensor time = at::silu(time_(waves));  // Every block begins with the silu of it.
    std::size_t next_text = 0;
    const StepInput step{time, prompted.text, next_text};
    at::Tensor x = conv_in_(latent.contiguous(at::MemoryFormat::ChannelsLast));
    Skips skips{x};
    for (DownBlock& block : down_) x = block(x, step, skips);
    x = middle_(x, step);
    for (UpBlock& block : up_) x = block(x, step, skips);
    return conv_out_(norm_out_.silu(x));
}

}  // namespace gotong::engine
