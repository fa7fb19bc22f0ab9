#include "common/sampling/samplers.h"

#include <array>

namespace gotong::sampling {
namespace {

using enum SamplerKind;

// clang-format off
constexpr std::array<SamplerFacts, 17> kSamplers{{
    {euler, "euler", "Euler", "euler", "k_euler", "EulerDiscreteScheduler"},
    {euler_a, "euler_a", "Euler a", "euler_ancestral", "k_euler_a",
     "EulerAncestralDiscreteScheduler", 1, true},
    {heun, "heun", "Heun", "heun", "k_heun", "HeunDiscreteScheduler", 2},
    {dpm2, "dpm2", "DPM2", "dpm_2", "k_dpm_2", "KDPM2DiscreteScheduler", 2},
    {dpm2_a, "dpm2_a", "DPM2 a", "dpm_2_ancestral", "k_dpm_2_a",
     "KDPM2AncestralDiscreteScheduler", 2, true},
    {lms, "lms", "LMS", "lms", "k_lms", "LMSDiscreteScheduler"},
    {dpmpp_2s_a, "dpmpp_2s_a", "DPM++ 2S a", "dpmpp_2s_ancestral", "k_dpmpp_2s_a", "", 2, true},
    {dpmpp_2m, "dpmpp_2m", "DPM++ 2M", "dpmpp_2m", "k_dpmpp_2m", "DPMSolverMultistepScheduler"},
    {dpmpp_2m_sde, "dpmpp_2m_sde", "DPM++ 2M SDE", "dpmpp_2m_sde", "",
     "DPMSolverMultistepScheduler sde-dpmsolver++", 1, true},
    {dpmpp_sde, "dpmpp_sde", "DPM++ SDE", "dpmpp_sde", "k_dpmpp_sde", "DPMSolverSDEScheduler",
     2, true},
    {dpmpp_3m_sde, "dpmpp_3m_sde", "DPM++ 3M SDE", "dpmpp_3m_sde", "", "", 1, true},
    {ddim, "ddim", "DDIM", "ddim", "DDIM", "DDIMScheduler"},
    {plms, "plms", "PLMS", "", "", "PNDMScheduler", 1, false, ScheduleKind::normal},
    {unipc, "unipc", "UniPC", "uni_pc_bh2", "", "UniPCMultistepScheduler"},
    {deis, "deis", "DEIS", "deis", "", "DEISMultistepScheduler"},
    {lcm, "lcm", "LCM", "lcm", "lcm", "LCMScheduler", 1, true, ScheduleKind::normal},
    {ddpm, "ddpm", "DDPM", "ddpm", "", "DDPMScheduler", 1, true, ScheduleKind::normal},
}};

constexpr std::array<ScheduleFacts, 6> kSchedules{{
    {ScheduleKind::normal, "normal", "Normal", "normal", ""},
    {ScheduleKind::karras, "karras", "Karras", "karras", "use_karras_sigmas"},
    {ScheduleKind::exponential, "exponential", "Exponential", "exponential",
     "use_exponential_sigmas"},
    {ScheduleKind::sgm_uniform, "sgm_uniform", "SGM Uniform", "sgm_uniform", ""},
    {ScheduleKind::beta, "beta", "Beta", "beta", "use_beta_sigmas"},
    {ScheduleKind::trailing, "trailing", "", "", "timestep_spacing trailing"},
}};
// clang-format on

// facts() finds by position.
template <class Table>
constexpr bool is_in_order(const Table& table) {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].kind) != i) return false;
    return true;
}
static_assert(is_in_order(kSamplers) && is_in_order(kSchedules));

}  // namespace

std::span<const SamplerFacts> samplers() { return kSamplers; }
std::span<const ScheduleFacts> schedules() { return kSchedules; }

const SamplerFacts& facts(SamplerKind sampler) {
    return kSamplers.at(static_cast<std::size_t>(sampler));
}

const ScheduleFacts& facts(ScheduleKind schedule) {
    return kSchedules.at(static_cast<std::size_t>(schedule));
}

const SamplerFacts* sampler_named(std::string_view name) {
    for (const SamplerFacts& it : kSamplers)
        if (it.name == name) return &it;
    return nullptr;
}

const ScheduleFacts* schedule_named(std::string_view name) {
    for (const ScheduleFacts& it : kSchedules)
        if (it.name == name) return &it;
    return nullptr;
}

// PLMS weighs its past as equally far apart in timesteps, so it takes even spacings alone.
bool takes(SamplerKind sampler, ScheduleKind schedule) {
    return sampler != plms || schedule == ScheduleKind::normal ||
           schedule == ScheduleKind::trailing;
}

std::uint32_t denoiser_calls(SamplerKind sampler, std::uint32_t steps) {
    if (sampler == plms) return steps > 1 ? steps + 1 : steps;
    return facts(sampler).calls == 2 ? 2 * steps - 1 : steps;
}

}  // namespace gotong::sampling
