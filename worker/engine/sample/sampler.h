// A plan (plan.h) applied to tensors, one evaluation of the denoiser after the other. The sampler
// never calls the denoiser: whoever drives it asks for an input and hands over the output, so that
// several pictures can share one call.
//
//     while (!sampler.is_done()) {
//         ... output = denoiser(sampler.input(), sampler.timestep()) ...
//         if (sampler.take(output, noise)) ... sampler.latent() is the latent after a step ...
//     }
//
// Corridor: denoise/unet -> [sample/sampler] -> decode/vae
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <utility>

#include "worker/engine/sample/plan.h"

namespace gotong::engine {

// One picture's way from noise to latent. Not shared between threads.
class Sampler {
  public:
    // `start`: fp32, noise times the plan's init_noise_sigma, or what the plan begins with.
    Sampler(Plan plan, at::Tensor start);

    bool is_done() const { return call_ == plan_.evaluations.size(); }
    int steps() const { return steps_; }
    int steps_done() const { return steps_done_; }
    int calls_done() const { return static_cast<int>(call_); }

    // What the latent is made of, at the end of a step: no noise when done.
    Shares level() const { return is_done() ? Shares{1, 0} : now().sees; }

    // Puts another latent in the place of this one, at the end of a step. What is remembered of
    // the denoiser's answers stays.
    void replace_latent(at::Tensor latent) { latent_ = std::move(latent); }

    // The latent: between the calls of one step, the one at which the denoiser is asked next.
    const at::Tensor& latent() const { return latent_; }

    // The next call, while not done: what the denoiser sees, when it believes to be, and whether
    // take() wants noise. Draw noise_offset() (noise.h) is this call's own.
    at::Tensor input() const;
    double timestep() const { return now().timestep; }
    bool wants_noise() const { return now().next.noise != 0; }
    std::uint32_t noise_offset() const { return static_cast<std::uint32_t>(call_ + 1); }

    // `output` is the denoiser's, after guidance; `noise` unit noise of the latent's shape,
    // undefined where wants_noise() is false. True when that ended a step.
    bool take(const at::Tensor& output, const at::Tensor& noise = {});

  private:
    struct Terms;

    const Evaluation& now() const { return plan_.evaluations.at(call_); }
    at::Tensor sum(const Mix& mix, const Terms& terms) const;
    void keep(at::Tensor value);

    Plan plan_;
    std::size_t memory_;
    int steps_;
    int steps_done_ = 0;
    std::size_t call_ = 0;
    at::Tensor latent_;
    at::Tensor anchor_;
    std::deque<at::Tensor> kept_;  // Newest first.
};

// Classifier-free guidance: away from what the negative prompt would give, `scale` times as far
// towards the prompt's.
at::Tensor guided(const at::Tensor& negative, const at::Tensor& positive, double scale);

}  // namespace gotong::engine
