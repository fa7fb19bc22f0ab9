// The decoder half of an AutoencoderKL: latent -> picture.
//
// Corridor: sample/sampler -> [decode/vae] -> stages/finish
#pragma once

#include <optional>
#include <vector>

#include "common/result.h"
#include "worker/engine/layers/resnet.h"
#include "worker/engine/weights/config.h"

namespace gotong::engine {

// What vae/config.json of an AutoencoderKL says.
struct VaeConfig {
    std::int64_t latent_channels = 0;
    std::int64_t out_channels = 0;
    std::vector<std::int64_t> channels;  // From the picture's side to the latent's.
    int layers = 0;                      // Resnets a level on the way down; one more on the way up.
    std::int64_t groups = 0;
    int sample_width = 0;  // Pixels that it was trained on.
    int sample_height = 0;
    double scaling_factor = 1;  // The sampler's latents are the encoder's times this.
    bool post_quant_conv = true;
    bool quant_conv = true;
    bool middle_attention = true;

    // Pixels per latent cell, each way.
    int factor() const { return 1 << (channels.size() - 1); }
};

// Errors: invalid_argument, unimplemented; both name file and key.
Result<VaeConfig> read_vae_config(ConfigReader& config);

// Attention of one head over all cells, added to its input.
class VaeAttention {
  public:
    VaeAttention(const Scope& scope, std::int64_t groups, std::int64_t channels);

    at::Tensor operator()(const at::Tensor& x);

  private:
    GroupNorm norm_;
    Linear query_, key_, value_, out_;
};

class VaeDecoder {
  public:
    // Takes the decoder's tensors; the encoder's are encode/vae_encoder's.
    VaeDecoder(Weights& weights, const VaeConfig& config);

    // latent: [1, latent_channels, h, w] as the sampler leaves it, on the model's device.
    // Returns [1, 3, factor h, factor w], about -1 .. 1.
    at::Tensor operator()(const at::Tensor& latent);

    const VaeConfig& config() const { return config_; }

  private:
    struct Level {
        std::vector<ResnetBlock> resnets;
        std::optional<Upsampler> upsampler;
    };
    VaeDecoder(const Scope& scope, const Scope& post_quant_conv, const VaeConfig& config);
    Level level(const Scope& scope, std::size_t index) const;
    ResnetShape resnet_shape(std::int64_t in, std::int64_t out) const;

    VaeConfig config_;
    std::optional<Conv2d> post_quant_conv_;
    Conv2d conv_in_;
    ResnetBlock middle_before_;
    std::optional<VaeAttention> middle_attention_;
    ResnetBlock middle_after_;
    std::vector<Level> levels_;
    GroupNorm norm_out_;
    Conv2d conv_out_;
};

}  // namespace gotong::engine
