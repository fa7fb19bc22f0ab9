// Every sampler and schedule there is: its one name, what each peer calls the same algorithm, and
// what is public about it. The only list of them; docs/samplers.md says where each formula is from.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gotong::sampling {

enum class SamplerKind {
    euler,
    euler_a,
    heun,
    dpm2,
    dpm2_a,
    lms,
    dpmpp_2s_a,
    dpmpp_2m,
    dpmpp_2m_sde,
    dpmpp_sde,
    dpmpp_3m_sde,
    ddim,
    plms,
    unipc,
    deis,
    lcm,
    ddpm,
};

// Where a sampler stops on its way from noise to picture.
enum class ScheduleKind { normal, karras, exponential, sgm_uniform, beta, trailing };

// Empty where a peer has no name for it. No two samplers share an alias.
struct SamplerFacts {
    SamplerKind kind;
    std::string_view name;      // Ours: in requests, receipts and messages.
    std::string_view a1111;     // AUTOMATIC1111's label, as it writes it into pictures.
    std::string_view comfyui;   // ComfyUI's sampler_name.
    std::string_view ai_horde;  // The AI Horde's sampler_name.
    std::string_view
        diffusers;             // diffusers' class, and its algorithm where that is not the default.
    int calls = 1;             // Denoiser calls a step: what a step costs.
    bool draws_noise = false;  // With every step, not for the start alone.
    ScheduleKind schedule = ScheduleKind::karras;  // Where the request names none.
};

struct ScheduleFacts {
    ScheduleKind kind;
    std::string_view name;
    std::string_view a1111;      // Schedule type.
    std::string_view comfyui;    // scheduler.
    std::string_view diffusers;  // The scheduler's option.
};

// In the order of the enumerations.
std::span<const SamplerFacts> samplers();
std::span<const ScheduleFacts> schedules();
const SamplerFacts& facts(SamplerKind sampler);
const ScheduleFacts& facts(ScheduleKind schedule);

// By our own name alone, as receipts and stored jobs have it; null where there is none.
const SamplerFacts* sampler_named(std::string_view name);
const ScheduleFacts* schedule_named(std::string_view name);

bool takes(SamplerKind sampler, ScheduleKind schedule);

// How often the denoiser runs for a picture of `steps` steps (from 1 up). A sampler of two calls
// makes its last step, the one down to no noise, with one; PLMS makes its first with two.
std::uint32_t denoiser_calls(SamplerKind sampler, std::uint32_t steps);

}  // namespace gotong::sampling
