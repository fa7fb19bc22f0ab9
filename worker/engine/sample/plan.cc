#include "worker/engine/sample/plan.h"

#include <algorithm>
#include <array>
#include <string>

#include "common/sampling/choose.h"
#include "worker/engine/sample/plans.h"

namespace gotong::engine {
namespace {

using Planner = Plan (*)(const SchedulerConfig&, ScheduleKind, const Stretch&);

// In the order of SamplerKind.
constexpr std::array<Planner, 17> kPlanners{
    euler_plan,      euler_a_plan,  heun_plan,         dpm2_plan,      dpm2_a_plan,       lms_plan,
    dpmpp_2s_a_plan, dpmpp_2m_plan, dpmpp_2m_sde_plan, dpmpp_sde_plan, dpmpp_3m_sde_plan, ddim_plan,
    plms_plan,       unipc_plan,    deis_plan,         lcm_plan,       ddpm_plan};

bool is_dpmpp_multistep(SamplerKind sampler) {
    return sampler == SamplerKind::dpmpp_2m || sampler == SamplerKind::dpmpp_2m_sde ||
           sampler == SamplerKind::dpmpp_3m_sde;
}

bool is_multistep(SamplerKind sampler) {
    return is_dpmpp_multistep(sampler) || sampler == SamplerKind::unipc ||
           sampler == SamplerKind::deis;
}

// The most steps for which the timesteps of this pair differ from each other.
int most_steps(const SchedulerConfig& config, SamplerKind sampler, ScheduleKind schedule) {
    if (schedule != ScheduleKind::normal) return config.train_steps();
    if (sampler == SamplerKind::lcm) return config.lcm_original_steps;
    if (is_dpmpp_multistep(sampler)) return usable_train_steps(config) - 1;
    return is_multistep(sampler) ? config.train_steps() - 1 : config.train_steps();
}

Result<> check_steps(const SchedulerConfig& config, SamplerKind sampler, ScheduleKind schedule,
                     int steps) {
    if (is_dpmpp_multistep(sampler) && schedule == ScheduleKind::normal &&
        config.spacing == SpacingKind::trailing &&
        usable_train_steps(config) != config.train_steps())
        return fail(ErrorCode::unimplemented,
                    "scheduler_config.json: lambda_min_clipped with trailing timestep_spacing");
    const int most = most_steps(config, sampler, schedule);
    if (steps >= 1 && steps <= most) return {};
    return fail(ErrorCode::invalid_argument,
                "steps is " + std::to_string(steps) + ", but must be 1 to " + std::to_string(most) +
                    " for this model and sampler; the nearest that works is " +
                    std::to_string(std::clamp(steps, 1, std::max(most, 1))),
                "steps");
}

}  // namespace

int Plan::steps() const {
    return static_cast<int>(std::count_if(evaluations.begin(), evaluations.end(),
                                          [](const Evaluation& e) { return e.ends_step; }));
}

std::size_t Plan::memory() const {
    std::size_t most = 0;
    for (const Evaluation& e : evaluations)
        most = std::max({most, e.next.kept.size(), e.anchor ? e.anchor->kept.size() : 0});
    return most;
}

Result<Plan> make_plan(const SchedulerConfig& config, SamplerKind sampler, ScheduleKind schedule,
                       const Stretch& stretch) {
    if (const auto fits = sampling::check_pair(sampler, schedule); !fits)
        return Failure{fits.error()};
    const bool trails = schedule == ScheduleKind::trailing;
    SchedulerConfig spaced = config;
    if (trails) spaced.spacing = SpacingKind::trailing;
    const ScheduleKind spread =
        trails && sampler != SamplerKind::lcm ? ScheduleKind::normal : schedule;
    if (const auto fits = check_steps(spaced, sampler, spread, stretch.steps); !fits)
        return Failure{fits.error()};
    if (stretch.skipped < 0 || stretch.skipped >= stretch.steps)
        return fail(ErrorCode::invalid_argument, "no step is left to make", "strength");
    return kPlanners.at(static_cast<std::size_t>(sampler))(spaced, spread, stretch);
}

}  // namespace gotong::engine
