// A number as a vector: sines and cosines of it at falling frequencies.
#pragma once

#include <ATen/core/Tensor.h>

namespace gotong::engine {

// Timesteps and sizes, as the models of UNet2DConditionModel were trained with them.
struct WaveShape {
    std::int64_t width = 0;  // Of the sines and cosines together; odd: the last is 0.
    bool cosines_first = true;
    double shift = 0;  // Taken from the number of frequencies when these are spread.
};

// [values, width], fp32 on the CPU on purpose: an angle near 999 is only good to 6e-5, and the
// models learned with that.
at::Tensor waves(at::ArrayRef<double> values, const WaveShape& shape);

// A guidance scale as latent consistency models are told it: sines first, of a thousand times what
// exceeds 1. [1, width], the same. `width` is at least 4.
at::Tensor guidance_waves(double guidance, std::int64_t width);

}  // namespace gotong::engine
