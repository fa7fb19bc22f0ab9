// The table of samplers: every sampler and every peer's name for it, once.
#include "common/sampling/samplers.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "common/sampling/choose.h"

namespace gotong::sampling {
namespace {

TEST_CASE("no two samplers and no two schedules share a name") {
    std::set<std::string_view> names;
    for (const auto& it : samplers()) CHECK(names.insert(it.name).second);
    CHECK(names.size() == 17);
    names.clear();
    for (const auto& it : schedules()) CHECK(names.insert(it.name).second);
    CHECK(names.size() == 6);
}

TEST_CASE("every alias leads back to its own sampler") {
    for (const auto& it : samplers())
        for (const auto alias : {it.name, it.a1111, it.comfyui, it.ai_horde, it.diffusers}) {
            if (alias.empty()) continue;
            CAPTURE(alias);
            CHECK(choose(alias, "")->sampler == it.kind);
        }
}

TEST_CASE("every sampler takes the schedule that is its default") {
    for (const auto& it : samplers()) CHECK(takes(it.kind, it.schedule));
}

TEST_CASE("every name that the AI Horde's samplers of ours have is known") {
    for (const auto name : {"k_lms", "k_heun", "k_euler", "k_euler_a", "k_dpm_2", "k_dpm_2_a",
                            "k_dpmpp_2s_a", "k_dpmpp_2m", "k_dpmpp_sde", "DDIM", "lcm"})
        CHECK(choose(name, ""));
}

TEST_CASE("denoiser calls are counted with the last and the first step") {
    CHECK(denoiser_calls(SamplerKind::euler, 20) == 20);
    CHECK(denoiser_calls(SamplerKind::heun, 20) == 39);
    CHECK(denoiser_calls(SamplerKind::dpmpp_sde, 1) == 1);
    CHECK(denoiser_calls(SamplerKind::plms, 20) == 21);
    CHECK(denoiser_calls(SamplerKind::plms, 1) == 1);
}

}  // namespace
}  // namespace gotong::sampling
