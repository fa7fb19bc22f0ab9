// What people type for a sampler, and what they are told when nothing fits.
#include "common/sampling/choose.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::sampling {
namespace {

using enum SamplerKind;
using enum ScheduleKind;

std::string complaint(std::string_view sampler, std::string_view schedule) {
    const auto chosen = choose(sampler, schedule);
    REQUIRE(!chosen);
    CHECK(chosen.error().code == ErrorCode::invalid_argument);
    return chosen.error().field + ": " + chosen.error().message;
}

TEST_CASE("nothing said is DPM++ 2M on Karras sigmas") {
    CHECK(choose("", "") == Choice{dpmpp_2m, karras});
}

TEST_CASE("a sampler that is not made for Karras sigmas has its own default") {
    CHECK(choose("plms", "") == Choice{plms, normal});
    CHECK(choose("lcm", "") == Choice{lcm, normal});
    CHECK(choose("ddpm", "") == Choice{ddpm, normal});
    CHECK(choose("heun", "") == Choice{heun, karras});
}

TEST_CASE("case, spaces, hyphens and underscores do not matter") {
    CHECK(choose("DPM++ 2M", "Karras") == Choice{dpmpp_2m, karras});
    CHECK(choose("dpmpp-2m-sde", "SGM Uniform") == Choice{dpmpp_2m_sde, sgm_uniform});
    CHECK(choose("EULER A", "NORMAL") == Choice{euler_a, normal});
}

TEST_CASE("a label may end with its schedule") {
    CHECK(choose("DPM++ 2M Karras", "") == Choice{dpmpp_2m, karras});
    CHECK(choose("DPM++ 2M SDE Exponential", "") == Choice{dpmpp_2m_sde, exponential});
    CHECK(choose("DPM2 a Karras", "") == Choice{dpm2_a, karras});
    CHECK(choose("Euler SGM Uniform", "") == Choice{euler, sgm_uniform});
    CHECK(choose("DPM++ SDE Karras", "karras") == Choice{dpmpp_sde, karras});
}

TEST_CASE("a label at odds with the schedule is refused with both") {
    CHECK(complaint("DPM++ 2M Karras", "normal") ==
          "schedule: schedule is \"normal\", but sampler \"DPM++ 2M Karras\" says \"karras\"; "
          "leave one of them out");
}

TEST_CASE("an unknown name is answered with the closest and all there are") {
    CHECK(complaint("eular", "")
              .starts_with("sampler: sampler \"eular\" is not known; did you mean \"euler\"? There "
                           "are: ddim, ddpm, "
                           "deis, dpm2, "));
    CHECK(complaint("euler", "karas") ==
          "schedule: schedule \"karas\" is not known; did you mean \"karras\"? There are: beta, "
          "exponential, karras, normal, sgm_uniform, trailing");
    CHECK(complaint("Karras", "").starts_with("sampler: "));
    CHECK(complaint("_ -", "").starts_with("sampler: "));
}

TEST_CASE("a refusal is fit for a terminal, whatever it has to quote") {
    CHECK(complaint("dpmpp\x1b[2J", "").starts_with("sampler: sampler \"dpmpp\\u{1b}[2J\" is not"));
    CHECK(complaint("euler", "kar\xff").starts_with("schedule: schedule \"kar\\x{ff}\" is not"));
    CHECK(complaint(std::string(5'000, 'a'), "").size() < 500);
    CHECK(complaint(std::string(5'000, '-') + "DPM++ 2M Karras", "normal").size() < 500);
}

TEST_CASE("a pair that makes no sense is answered with those that do") {
    CHECK(complaint("plms", "karras") ==
          "schedule: schedule \"karras\" does not go with sampler \"plms\"; these do: normal, "
          "trailing");
    CHECK(complaint("PLMS Karras", "").starts_with("schedule: "));
}

}  // namespace
}  // namespace gotong::sampling
