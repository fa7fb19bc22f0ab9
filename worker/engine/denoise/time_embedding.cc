#include "worker/engine/denoise/time_embedding.h"

#include <ATen/Functions.h>

namespace gotong::engine {
namespace {

WaveShape wave_shape(const UnetConfig& config, std::int64_t width) {
    return {width, config.flip_sin_to_cos, config.freq_shift};
}

}  // namespace

at::Tensor EmbeddingLayers::operator()(const at::Tensor& x) {
    return linear2_(at::silu(linear1_(x)));
}

TimeEmbedding::TimeEmbedding(const Scope& scope, const UnetConfig& config)
    : shape_(wave_shape(config, config.levels.front().channels)),
      layers_(scope, config.levels.front().channels, config.time_width()) {
    if (config.guidance_width == 0) return;
    guidance_.emplace(scope / "cond_proj", config.guidance_width, shape_.width, Bias::without);
}

at::Tensor TimeEmbedding::operator()(at::ArrayRef<double> timesteps,
                                     const at::TensorOptions& options, const at::Tensor& guidance) {
    const at::Tensor time = waves(timesteps, shape_).to(options);
    return layers_(guidance.defined() ? time + guidance : time);
}

AddedEmbedding::AddedEmbedding(const Scope& scope, const UnetConfig& config)
    : shape_(wave_shape(config, config.added_size_width)),
      layers_(scope, config.added_width, config.time_width()) {}

at::Tensor AddedEmbedding::operator()(const at::Tensor& pooled, at::ArrayRef<double> sizes) {
    const at::Tensor told = waves(sizes, shape_).flatten().to(pooled.options());
    return layers_(at::cat({pooled, told.expand({pooled.size(0), -1})}, 1));
}

}  // namespace gotong::engine
