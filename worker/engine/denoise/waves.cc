#include "worker/engine/denoise/waves.h"

#include <ATen/Functions.h>

#include <cmath>

// Both functions round to fp32 where their references do: at angles in the thousands another order
// of the same operations shows in the third decimal.

namespace gotong::engine {
namespace {

// The slowest of the waves has a period of 2 pi times this.
constexpr double kSlowest = 10'000;

at::Tensor count_to(std::int64_t n) { return at::arange(n, at::TensorOptions(at::kFloat)); }

// values: [n], frequencies: [width / 2].
at::Tensor waves_at(const at::Tensor& values, const at::Tensor& frequencies, std::int64_t width,
                    bool cosines_first) {
    const at::Tensor angles = values.unsqueeze(1) * frequencies;
    const at::Tensor sines = at::sin(angles);
    const at::Tensor cosines = at::cos(angles);
    const at::Tensor both =
        cosines_first ? at::cat({cosines, sines}, 1) : at::cat({sines, cosines}, 1);
    return width % 2 == 1 ? at::constant_pad_nd(both, {0, 1}) : both;
}

}  // namespace

at::Tensor waves(at::ArrayRef<double> values, const WaveShape& shape) {
    const std::int64_t half = shape.width / 2;
    const at::Tensor powers =
        count_to(half) * (-std::log(kSlowest)) / (static_cast<double>(half) - shape.shift);
    return waves_at(at::tensor(values, at::kFloat), at::exp(powers), shape.width,
                    shape.cosines_first);
}

at::Tensor guidance_waves(double guidance, std::int64_t width) {
    constexpr double kPerUnit = 1'000;
    const std::int64_t half = width / 2;
    const at::Tensor step = at::log(at::scalar_tensor(kSlowest, at::kFloat)) / (half - 1);
    const at::Tensor value = at::full({1}, guidance - 1, at::kFloat) * kPerUnit;
    return waves_at(value, at::exp(count_to(half) * -step), width, /*cosines_first=*/false);
}

}  // namespace gotong::engine
