// What a UNet's every block is told besides the latent, as one vector a row: the timestep, and with
// it whatever its family was trained to hear (guidance scale, the text as a whole, sizes).
#pragma once

#include "worker/engine/denoise/unet_config.h"
#include "worker/engine/denoise/waves.h"
#include "worker/engine/layers/linear.h"

namespace gotong::engine {

// Two layers with a silu between them: in -> out.
class EmbeddingLayers {
  public:
    EmbeddingLayers(const Scope& scope, std::int64_t in, std::int64_t out)
        : linear1_(scope / "linear_1", in, out), linear2_(scope / "linear_2", out, out) {}

    at::Tensor operator()(const at::Tensor& x);

  private:
    Linear linear1_, linear2_;
};

// The timestep's vector.
class TimeEmbedding {
  public:
    TimeEmbedding(const Scope& scope, const UnetConfig& config);

    // What guidance_waves() says, fit to join the timestep's waves: [rows, guidance_width] ->
    // [rows, channels]. Only where config.guidance_width is not 0.
    at::Tensor guidance(const at::Tensor& waves) { return guidance_->operator()(waves); }

    // A timestep for each row; it may be fractional. `guidance` as above, or undefined.
    // Returns [rows, config.time_width()].
    at::Tensor operator()(at::ArrayRef<double> timesteps, const at::TensorOptions& options,
                          const at::Tensor& guidance);

  private:
    WaveShape shape_;
    std::optional<Linear> guidance_;
    EmbeddingLayers layers_;
};

// Stable Diffusion XL's: the text as a whole and the picture's sizes. Added to the timestep's.
class AddedEmbedding {
  public:
    AddedEmbedding(const Scope& scope, const UnetConfig& config);

    // pooled: [rows, width]; kAddedSizes sizes, the same for all rows.
    // Returns [rows, config.time_width()].
    at::Tensor operator()(const at::Tensor& pooled, at::ArrayRef<double> sizes);

  private:
    WaveShape shape_;  // Of each size.
    EmbeddingLayers layers_;
};

}  // namespace gotong::engine
