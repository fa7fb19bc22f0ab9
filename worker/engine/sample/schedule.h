// The noise schedule a model was trained with: what scheduler_config.json says. No torch here.
//
// The file names a default sampler too; which sampler runs is the request's choice, so of the
// file's keys only those count that describe training (betas, prediction) and spacing. A key that
// would change the maths and is not supported is an `unimplemented` error that names it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace gotong::engine {

enum class PredictionKind { epsilon, v_prediction, sample };
enum class SpacingKind { leading, trailing, linspace };

struct SchedulerConfig {
    PredictionKind prediction = PredictionKind::epsilon;
    std::optional<SpacingKind> spacing;  // Absent: each sampler's own default.
    int steps_offset = 0;                // Added to the timesteps of `leading` spacing.

    // Product of (1 - beta) up to each training timestep, fp32 as the models were trained with.
    std::vector<float> alphas_cumprod;

    bool cosine_betas = false;  // squaredcos_cap_v2: DPM++ then cuts its Karras timesteps.
    std::optional<bool> set_alpha_to_one;  // DDIM and PLMS end at no noise, not at timestep 0's.
    std::optional<bool> clip_sample;  // DDIM, DDPM, LCM and Heun clamp the guess of the picture...
    double clip_sample_range = 1;     // ...to +- this. Absent: as each does by default.
    bool large_variance = false;      // DDPM draws the larger of the two variances.
    bool end_at_sigma_min = false;    // Euler, DPM++, UniPC: the last sigma is the smallest, not 0.
    bool lower_order_final = true;    // Multistep: with few steps, the last is of first order.
    bool euler_at_final = false;      // DPM++: the last step is of first order.
    std::optional<double> lambda_min_clipped;  // DPM++: leaves out timesteps noisier than this.
    int lcm_original_steps =
        50;  // LCM: the steps it was distilled for; no more than train_steps().
    double lcm_timestep_scaling = 10;  // LCM: how quickly the guess leaves the latent.

    int train_steps() const { return static_cast<int>(alphas_cumprod.size()); }
};

// Reads the text of a scheduler_config.json. Errors (invalid_argument, unimplemented) name the key.
Result<SchedulerConfig> parse_scheduler_config(std::string_view json);

// The same from `folder`/scheduler_config.json.
Result<SchedulerConfig> load_scheduler_config(const std::filesystem::path& folder);

}  // namespace gotong::engine
