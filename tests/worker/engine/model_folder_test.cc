// Which pipelines are taken for a Stable Diffusion model.
#include "worker/engine/model_folder.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/worker/engine/demo_model.h"

namespace gotong::engine {
namespace {

using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

Result<ModelIndex> judged(const test::ModelCopy& model) {
    auto index = ConfigReader::open(model.path() / "model_index.json", "model_index.json");
    if (!index) return Failure{index.error()};
    return check_model_index(*std::move(index));
}

TEST_CASE("a pipeline or part of another kind is unimplemented, named by its key") {
    const auto refusal = [](const std::string& key, const json& value) {
        const test::ModelCopy model;
        model.edit("model_index.json", [&](json& index) { index[key] = value; });
        const auto checked = judged(model);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == ErrorCode::unimplemented);
        return checked.error().message;
    };
    CHECK_THAT(refusal("_class_name", "FluxPipeline"), ContainsSubstring("\"_class_name\""));
    CHECK_THAT(refusal("unet", json{"diffusers", "UNet3DConditionModel"}),
               ContainsSubstring("\"unet\"") && ContainsSubstring("UNet2DConditionModel"));
    CHECK_THAT(refusal("text_encoder", json{"transformers", "T5EncoderModel"}),
               ContainsSubstring("\"text_encoder\""));
    CHECK_THAT(refusal("text_encoder_2", json{"transformers", "CLIPTextModel"}),
               ContainsSubstring("\"text_encoder_2\""));
    CHECK_THAT(refusal("image_encoder", json{"transformers", "CLIPVisionModelWithProjection"}),
               ContainsSubstring("\"image_encoder\""));
}

// The demo's index as a pipeline of two text encoders has it.
void make_xl(json& index) {
    index["_class_name"] = "StableDiffusionXLPipeline";
    index["tokenizer_2"] = {"transformers", "CLIPTokenizer"};
    index["text_encoder_2"] = {"transformers", "CLIPTextModelWithProjection"};
    index["add_watermarker"] = nullptr;
}

TEST_CASE("pipelines that are made of the same parts are the same family") {
    const auto is_xl = [](const std::string& name, bool xl) {
        const test::ModelCopy model;
        model.edit("model_index.json", [&](json& index) {
            if (xl) make_xl(index);
            index["_class_name"] = name;
        });
        const auto index = judged(model);
        REQUIRE(index);
        return index->is_xl;
    };
    for (const char* name : {"StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline",
                             "StableDiffusionInpaintPipeline", "LatentConsistencyModelPipeline"}) {
        INFO(name);
        CHECK_FALSE(is_xl(name, false));
    }
    for (const char* name : {"StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline",
                             "StableDiffusionXLInpaintPipeline"}) {
        INFO(name);
        CHECK(is_xl(name, true));
    }
}

TEST_CASE("an empty negative prompt is zeros for XL alone, and unless its index says otherwise") {
    const auto zeros = [](const std::function<void(json&)>& change) {
        const test::ModelCopy model;
        model.edit("model_index.json", change);
        const auto index = judged(model);
        REQUIRE(index);
        return index->zeros_for_empty_prompt;
    };
    CHECK_FALSE(zeros([](json&) {}));
    CHECK(zeros(make_xl));
    CHECK_FALSE(zeros([](json& index) {
        make_xl(index);
        index["force_zeros_for_empty_prompt"] = false;
    }));
}

TEST_CASE("an XL pipeline lacks nothing of its second text encoder, and is no refiner") {
    const auto refusal = [](const std::function<void(json&)>& change) {
        const test::ModelCopy model;
        model.edit("model_index.json", [&](json& index) {
            make_xl(index);
            change(index);
        });
        const auto index = judged(model);
        REQUIRE_FALSE(index);
        return index.error().message;
    };
    CHECK_THAT(refusal([](json& index) { index.erase("tokenizer_2"); }),
               ContainsSubstring("\"tokenizer_2\""));
    CHECK_THAT(refusal([](json& index) {
                   index["text_encoder_2"] = {"transformers", "CLIPTextModel"};
               }),
               ContainsSubstring("CLIPTextModelWithProjection"));
    CHECK_THAT(refusal([](json& index) {
                   index["text_encoder"] = {nullptr, nullptr};
               }),
               ContainsSubstring("\"text_encoder\""));
    CHECK_THAT(refusal([](json& index) { index["requires_aesthetics_score"] = true; }),
               ContainsSubstring("\"requires_aesthetics_score\""));
}

TEST_CASE("a safety checker and an empty image encoder do not matter") {
    const test::ModelCopy model;
    model.edit("model_index.json", [](json& index) {
        index["safety_checker"] = {"stable_diffusion", "StableDiffusionSafetyChecker"};
        index["image_encoder"] = {nullptr, nullptr};
    });
    CHECK(judged(model));
}

TEST_CASE("a part that the index does not list is an error") {
    const test::ModelCopy model;
    model.edit("model_index.json", [](json& index) { index.erase("vae"); });
    CHECK_THAT(judged(model).error().message, ContainsSubstring("\"vae\""));
}

}  // namespace
}  // namespace gotong::engine
