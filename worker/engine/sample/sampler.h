// A plan (plan.h) applied to tensors, one step after the other.
//
// Corridor: engine/pipeline -> [sample/sampler] -> decode/vae
#pragma once

#include <ATen/core/Tensor.h>

#include "worker/engine/sample/plan.h"

namespace gotong::engine {

// Remembers one step of history: one Sampler for one picture, steps in order.
class Sampler {
  public:
    explicit Sampler(Plan plan);

    int steps() const { return static_cast<int>(plan_.steps.size()); }
    double init_noise_sigma() const { return plan_.init_noise_sigma; }

    // `i` counts from 0, as in plan.steps.
    double timestep(int i) const { return step(i).timestep; }
    bool wants_noise(int i) const { return step(i).noise != 0; }

    // The denoiser's input for latent x.
    at::Tensor scale_input(const at::Tensor& x, int i) const;

    // The latent after step i. `output` is the denoiser's, after guidance; `noise` unit noise of
    // x's shape, undefined where wants_noise(i) is false. x and the result are fp32.
    at::Tensor advance(const at::Tensor& x, const at::Tensor& output, int i,
                       const at::Tensor& noise = {});

  private:
    const Step& step(int i) const { return plan_.steps.at(static_cast<std::size_t>(i)); }

    Plan plan_;
    at::Tensor previous_denoised_;
};

// Classifier-free guidance: away from what the negative prompt would give, `scale` times as far
// towards the prompt's.
at::Tensor guided(const at::Tensor& negative, const at::Tensor& positive, double scale);

}  // namespace gotong::engine
