// A timestep as a vector: sines and cosines of it at falling frequencies, through two layers.
#pragma once

#include "worker/engine/denoise/unet_config.h"
#include "worker/engine/layers/linear.h"

namespace gotong::engine {

class TimeEmbedding {
  public:
    TimeEmbedding(const Scope& scope, const UnetConfig& config);

    // A timestep for each row; it may be fractional. Returns [rows, config.time_width()].
    at::Tensor operator()(at::ArrayRef<double> timesteps, const at::TensorOptions& options);

  private:
    std::int64_t width_;  // Of the sines and cosines together.
    bool cosines_first_;
    double shift_;
    Linear linear1_;
    Linear linear2_;
};

}  // namespace gotong::engine
