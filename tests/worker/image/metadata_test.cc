// The texts inside a picture: A1111's layout, as its readers split it, and the mark of IPTC.
#include "worker/image/metadata.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace gotong::image {
namespace {

Settings sample() {
    Settings settings;
    settings.prompt = "a red apple";
    settings.negative_prompt = "blurry, dark";
    settings.steps = 28;
    settings.sampler = "euler_a";
    settings.schedule = "karras";
    settings.guidance = 7.0;
    settings.seed = 18446744073709551615U;
    settings.width = 512;
    settings.height = 768;
    settings.model = "emoji";
    settings.model_digest.fill(0xab);
    settings.version = "0.1.0";
    return settings;
}

TEST_CASE("parameters have the layout that A1111 writes") {
    CHECK(parameters_text(sample()) ==
          "a red apple\n"
          "Negative prompt: blurry, dark\n"
          "Steps: 28, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, "
          "Seed: 18446744073709551615, Size: 512x768, Model hash: ababababab, Model: emoji, "
          "Version: gotong 0.1.0");
}

TEST_CASE("the strength stands where A1111 has it, under its name") {
    Settings settings = sample();
    settings.strength = 0.6;
    CHECK(parameters_text(settings).ends_with(
        "Model: emoji, Denoising strength: 0.6, Version: gotong 0.1.0"));
}

TEST_CASE("without a negative prompt its line is left out") {
    Settings settings = sample();
    settings.negative_prompt.clear();
    CHECK(parameters_text(settings).starts_with("a red apple\nSteps: 28, "));
}

TEST_CASE("every sampler and schedule has the name that A1111 knows") {
    Settings settings = sample();
    const auto says = [&settings](const std::string& part) {
        return parameters_text(settings).find(part) != std::string::npos;
    };
    settings.schedule = "normal";
    for (const auto& [ours, theirs] :
         {std::pair{"euler", "Sampler: Euler,"}, std::pair{"ddim", "Sampler: DDIM,"},
          std::pair{"dpmpp_2m", "Sampler: DPM++ 2M,"}, std::pair{"dpm2_a", "Sampler: DPM2 a,"},
          std::pair{"dpmpp_2s_a", "Sampler: DPM++ 2S a,"}}) {
        settings.sampler = ours;
        CHECK(says(theirs));
        CHECK(says("Schedule type: Normal,"));
    }
    settings.schedule = "sgm_uniform";
    CHECK(says("Schedule type: SGM Uniform,"));
    settings.schedule = "trailing";
    CHECK(says("Schedule type: trailing,"));
}

TEST_CASE("a private picture holds no parameters, and both kinds say that a model made them") {
    const auto open = metadata_of(sample(), false);
    REQUIRE(open.size() == 2);
    CHECK(open[0].keyword == "parameters");
    const auto hidden = metadata_of(sample(), true);
    REQUIRE(hidden.size() == 1);
    CHECK(hidden[0].keyword == "XML:com.adobe.xmp");
    CHECK(hidden[0].text == open[1].text);
    CHECK(hidden[0].text.find("apple") == std::string::npos);
    CHECK(hidden[0].text.find("trainedAlgorithmicMedia") != std::string::npos);
}

}  // namespace
}  // namespace gotong::image
