#include "worker/engine/sample/sampler.h"

#include <ATen/ATen.h>

#include <utility>

namespace gotong::engine {

Sampler::Sampler(Plan plan) : plan_(std::move(plan)) {}

at::Tensor Sampler::scale_input(const at::Tensor& x, int i) const {
    return step(i).input_scale == 1 ? x : x * step(i).input_scale;
}

at::Tensor Sampler::advance(const at::Tensor& x, const at::Tensor& output, int i,
                            const at::Tensor& noise) {
    const Step& s = step(i);
    at::Tensor denoised = x * s.from_latent + output * s.from_output;
    if (plan_.clamp_denoised > 0)
        denoised = denoised.clamp(-plan_.clamp_denoised, plan_.clamp_denoised);

    at::Tensor next = denoised * s.denoised;
    if (s.latent != 0) next += x * s.latent;
    if (s.output != 0) next += output * s.output;
    if (s.previous != 0) next += previous_denoised_ * s.previous;
    if (s.noise != 0) next += noise * s.noise;
    previous_denoised_ = std::move(denoised);
    return next;
}

at::Tensor guided(const at::Tensor& negative, const at::Tensor& positive, double scale) {
    return negative + (positive - negative) * scale;
}

}  // namespace gotong::engine
