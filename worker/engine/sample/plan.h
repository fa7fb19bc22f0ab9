// What a sampler does at each evaluation of the denoiser, worked out before the first one: plain
// numbers, no torch.
//
// Every sampler is of one form. Three things are carried along: the latent x, an anchor (the latent
// that a step of several evaluations began with), and what was kept of evaluations before. With m
// what the denoiser returned for input_scale * x at `timestep`, an evaluation makes
//
//     denoised = from_latent * x + from_output * m           (clamped where the plan says so)
//     x'       = a sum of x, anchor, m, denoised, what was kept, and fresh noise
//
// so that a sampler is a table of weights, worked out in double precision, and the tensors' side
// (sampler.h) is the same for all. docs/samplers.md names the source of each formula.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "worker/engine/request/request.h"
#include "worker/engine/sample/schedule.h"

namespace gotong::engine {

// The weights of a sum. All of them see the values before the evaluation changed any.
struct Mix {
    double latent = 0;
    double anchor = 0;
    double output = 0;  // The denoiser's, after guidance.
    double denoised = 0;
    double noise = 0;            // Unit noise; 0: the evaluation draws none.
    std::vector<double> kept{};  // [k]: of what was kept k + 1 evaluations before.
};

// What a noised picture is made of: signal x picture + noise x unit noise.
struct Shares {
    double signal = 0;
    double noise = 0;
};

struct Evaluation {
    double timestep = 0;  // What the denoiser is told; may be fractional.
    double input_scale = 1;
    Shares sees{};  // Of the latent, where it is on the way that the schedule says.

    double from_latent = 0;
    double from_output = 0;

    Mix next{};                   // The latent after.
    std::optional<Mix> anchor{};  // The anchor after; absent: it stays.
    Mix keep{.denoised = 1};      // What later evaluations find in `kept`.
    bool ends_step = true;        // False: the next evaluation belongs to the same step.
};

struct Plan {
    double init_noise_sigma = 1;  // The start latent is unit noise times this.
    double clamp_denoised = 0;    // Clamp to +- this; 0: leave as it is.
    std::vector<Evaluation> evaluations{};

    // Where the way begins with a picture: what the start latent is made of.
    Shares begins() const { return evaluations.front().sees; }

    int steps() const;           // Evaluations that end one.
    std::size_t memory() const;  // How many evaluations back `kept` looks.
};

// A way of `steps` steps down from pure noise, of which the first `skipped` are left out because a
// picture was given to begin with. What remains keeps its timesteps; a sampler that remembers
// starts there with nothing to remember, and PLMS makes the first step there twice.
struct Stretch {
    int steps = 0;
    int skipped = 0;  // 0 .. steps - 1
};

// The normal schedule is diffusers' for the same sampler and config; so are karras, exponential,
// beta and trailing where diffusers has them (docs/samplers.md). Takes as many evaluations as
// sampling::denoiser_calls says of the steps that are not skipped.
//
// Errors: invalid_argument on `steps` outside what config and sampler allow (1 to
// config.train_steps(), or fewer), on `skipped` that leaves no step, and on a schedule that the
// sampler does not take.
Result<Plan> make_plan(const SchedulerConfig& config, SamplerKind sampler, ScheduleKind schedule,
                       const Stretch& stretch);

}  // namespace gotong::engine
