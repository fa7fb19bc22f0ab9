// What samplers do, as numbers: one JSON object a line on standard input, with `scheduler` (what
// scheduler_config.json says), `sampler`, `schedule`, `steps` and, for a way that begins with a
// picture, `skipped`; one a line on standard output, the plan of engine/sample/plan.h. No model is
// loaded.
#include "worker/engine/sample/plan.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "common/json/reader.h"
#include "common/json/strict.h"
#include "common/sampling/choose.h"
#include "worker/renderer/commands.h"

namespace gotong::renderer {
namespace {

using nlohmann::json;

json to_json(const engine::Mix& mix) {
    return {{"latent", mix.latent},     {"anchor", mix.anchor}, {"output", mix.output},
            {"denoised", mix.denoised}, {"noise", mix.noise},   {"kept", mix.kept}};
}

json to_json(const engine::Evaluation& evaluation) {
    json object{{"timestep", evaluation.timestep},
                {"input_scale", evaluation.input_scale},
                {"from_latent", evaluation.from_latent},
                {"from_output", evaluation.from_output},
                {"next", to_json(evaluation.next)},
                {"keep", to_json(evaluation.keep)},
                {"ends_step", evaluation.ends_step},
                {"sees", {{"signal", evaluation.sees.signal}, {"noise", evaluation.sees.noise}}}};
    if (evaluation.anchor) object["anchor"] = to_json(*evaluation.anchor);
    return object;
}

json to_json(const engine::Plan& plan) {
    json evaluations = json::array();
    for (const auto& evaluation : plan.evaluations) evaluations.push_back(to_json(evaluation));
    return {{"init_noise_sigma", plan.init_noise_sigma},
            {"clamp_denoised", plan.clamp_denoised},
            {"evaluations", std::move(evaluations)}};
}

int small(std::uint32_t number) { return static_cast<int>(std::min(number, 1'000'000U)); }

Result<json> plan_of(const std::string& line) {
    constexpr gotong::json::Limits kLimits{.bytes = 1 << 20, .depth = 4};
    const auto document = gotong::json::parse_strict(line, kLimits);
    if (!document) return Failure{document.error()};
    std::optional<Error> wrong;
    gotong::json::Reader reader(*document, wrong);
    reader.object("scheduler");
    const std::string sampler = reader.text("sampler");
    const std::string schedule = reader.text("schedule");
    const int steps = small(reader.u32("steps"));
    const int skipped = reader.has("skipped") ? small(reader.u32("skipped")) : 0;
    if (wrong) return Failure{*wrong};
    const auto scheduler = engine::parse_scheduler_config(document->at("scheduler").dump());
    if (!scheduler) return Failure{scheduler.error()};
    const auto choice = sampling::choose(sampler, schedule);
    if (!choice) return Failure{choice.error()};
    const auto plan =
        engine::make_plan(*scheduler, choice->sampler, choice->schedule, {steps, skipped});
    if (!plan) return Failure{plan.error()};
    return to_json(*plan);
}

}  // namespace

int plan() {
    std::size_t number = 0;
    for (std::string line; std::getline(std::cin, line);) {
        ++number;
        const auto text = plan_of(line);
        if (!text) return report(text.error().during("line " + std::to_string(number)));
        std::cout << text->dump() << '\n';
    }
    std::cout.flush();
    return std::cout ? 0 : 1;
}

}  // namespace gotong::renderer
