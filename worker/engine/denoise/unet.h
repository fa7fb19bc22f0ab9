// The denoiser of Stable Diffusion 1, 2 and XL and of their relatives: a UNet that guesses the
// noise in a latent, given the timestep, a text and whatever else its family was trained to hear.
//
// Corridor: engine/batch -> [denoise/unet] -> sample/sampler
#pragma once

#include <optional>
#include <vector>

#include "worker/engine/denoise/blocks.h"
#include "worker/engine/denoise/time_embedding.h"

namespace gotong::engine {

class Unet {
  public:
    Unet(const Scope& scope, const UnetConfig& config);

    // Once a picture. `told.pooled` and `told.sizes` must be there where config().added_width is
    // not 0.
    Prompted prompted(const Told& told);

    // latent: [rows, in_channels, h, w], h and w multiples of config().size_multiple(); a timestep
    // for each row, and as many rows of `prompted`. Returns [rows, out_channels, h, w].
    at::Tensor operator()(const at::Tensor& latent, at::ArrayRef<double> timesteps,
                          const Prompted& prompted);

    const UnetConfig& config() const { return config_; }

  private:
    TextKeys text_keys(const at::Tensor& context);

    UnetConfig config_;
    TimeEmbedding time_;
    std::optional<AddedEmbedding> added_;
    Conv2d conv_in_;
    std::vector<DownBlock> down_;
    MiddleBlock middle_;
    std::vector<UpBlock> up_;
    GroupNorm norm_out_;
    Conv2d conv_out_;
};

}  // namespace gotong::engine
