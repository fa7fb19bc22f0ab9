#include "worker/engine/denoise/time_embedding.h"

#include <ATen/Functions.h>

#include <cmath>

namespace gotong::engine {
namespace {

// The slowest of the waves has a period of 2 pi times this.
constexpr double kSlowest = 10'000;

}  // namespace

TimeEmbedding::TimeEmbedding(const Scope& scope, const UnetConfig& config)
    : width_(config.levels.front().channels),
      cosines_first_(config.flip_sin_to_cos),
      shift_(config.freq_shift),
      linear1_(scope / "linear_1", width_, config.time_width()),
      linear2_(scope / "linear_2", config.time_width(), config.time_width()) {}

at::Tensor TimeEmbedding::waves(at::ArrayRef<double> timesteps) const {
    const std::int64_t half = width_ / 2;
    // In fp32 on purpose, as the models were trained: an angle near 999 is only good to 6e-5.
    const at::Tensor powers = at::arange(half, at::TensorOptions(at::kFloat)) *
                              (-std::log(kSlowest)) / (static_cast<double>(half) - shift_);
    const at::Tensor times = at::tensor(timesteps, at::kFloat);
    const at::Tensor angles = times.unsqueeze(1) * at::exp(powers);
    const at::Tensor sines = at::sin(angles);
    const at::Tensor cosines = at::cos(angles);
    const at::Tensor waves =
        cosines_first_ ? at::cat({cosines, sines}, 1) : at::cat({sines, cosines}, 1);
    return width_ % 2 == 1 ? at::constant_pad_nd(waves, {0, 1}) : waves;
}

at::Tensor TimeEmbedding::operator()(const at::Tensor& waves) {
    return linear2_(at::silu(linear1_(waves)));
}

}  // namespace gotong::engine
