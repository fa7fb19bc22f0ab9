// The encoder half of an AutoencoderKL: picture -> latent.
//
// Corridor: request/request -> [encode/vae_encoder] -> stages/start
#pragma once

#include <optional>
#include <vector>

#include "worker/engine/decode/vae.h"

namespace gotong::engine {

// Halves height and width.
class Downsampler {
  public:
    Downsampler(const Scope& scope, std::int64_t channels);

    at::Tensor operator()(const at::Tensor& x);

  private:
    Conv2d conv_;
};

class VaeEncoder {
  public:
    // Takes the encoder's tensors.
    VaeEncoder(Weights& weights, const VaeConfig& config);

    // picture: [1, 3, H, W], -1 .. 1, on the model's device; H and W multiples of config.factor().
    // noise: unit noise [1, latent_channels, H / factor, W / factor] on the same device: the
    // encoder says a mean and a deviation for every cell, and this picks one of the latents between
    // them. Returns that latent as the sampler takes it.
    at::Tensor operator()(const at::Tensor& picture, const at::Tensor& noise);

  private:
    struct Level {
        std::vector<ResnetBlock> resnets;
        std::optional<Downsampler> downsampler;
    };
    VaeEncoder(const Scope& scope, const Scope& quant_conv, const VaeConfig& config);
    Level level(const Scope& scope, std::size_t index) const;
    ResnetShape resnet_shape(std::int64_t in, std::int64_t out) const;

    VaeConfig config_;
    Conv2d conv_in_;
    std::vector<Level> levels_;
    ResnetBlock middle_before_;
    std::optional<VaeAttention> middle_attention_;
    ResnetBlock middle_after_;
    GroupNorm norm_out_;
    Conv2d conv_out_;
    std::optional<Conv2d> quant_conv_;
};

}  // namespace gotong::engine
