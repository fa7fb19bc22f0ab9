// A timestep as a vector: sines and cosines of it at falling frequencies, through two layers.
#pragma once

#include "worker/engine/denoise/unet_config.h"
#include "worker/engine/layers/linear.h"

namespace gotong::engine {

class TimeEmbedding {
  public:
    TimeEmbedding(const Scope& scope, const UnetConfig& config);

    // A timestep for each row; it may be fractional. Returns their sines and cosines, fp32 on the
    // CPU: [rows, channels of the first level].
    at::Tensor waves(at::ArrayRef<double> timesteps) const;

    // Waves, on the layers' device and in their type -> [rows, config.time_width()].
    at::Tensor operator()(const at::Tensor& waves);

  private:
    std::int64_t width_;  // Of the sines and cosines together.
    bool cosines_first_;
    double shift_;
    Linear linear1_;
    Linear linear2_;
};

}  // namespace gotong::engine
