// The configs that follow from the shapes of the published models are the published configs.
#include "common/ldm/configs.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/ldm_shapes.h"

namespace gotong::ldm {
namespace {

using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

json config(const test::Shapes& shapes, const std::string& path) {
    const auto checkpoint = describe(test::header_of(shapes), std::nullopt);
    REQUIRE(checkpoint);
    const auto text = diffusers_config(*checkpoint, path);
    INFO((text ? "" : text.error().message));
    REQUIRE(text);
    return json::parse(*text);
}

void check_has(const json& config, const json& expected) {
    for (const auto& [key, value] : expected.items()) {
        INFO(key);
        CHECK(config.at(key) == value);
    }
}

const char* const kDown = "CrossAttnDownBlock2D";
const char* const kUp = "CrossAttnUpBlock2D";

TEST_CASE("Stable Diffusion 1.5's UNet") {
    check_has(config(test::sd1_shapes(), "unet/config.json"),
              {{"sample_size", 64},
               {"in_channels", 4},
               {"out_channels", 4},
               {"block_out_channels", {320, 640, 1280, 1280}},
               {"layers_per_block", 2},
               {"attention_head_dim", 8},
               {"cross_attention_dim", 768},
               {"use_linear_projection", false},
               {"transformer_layers_per_block", 1},
               {"down_block_types", {kDown, kDown, kDown, "DownBlock2D"}},
               {"up_block_types", {"UpBlock2D", kUp, kUp, kUp}}});
    CHECK(config(test::sd1_shapes(9), "unet/config.json")["in_channels"] == 9);
}

TEST_CASE("Stable Diffusion 2.1's UNet") {
    check_has(config(test::sd2_shapes(), "unet/config.json"),
              {{"sample_size", 96},
               {"attention_head_dim", {5, 10, 20, 20}},
               {"cross_attention_dim", 1024},
               {"use_linear_projection", true}});
}

TEST_CASE("Stable Diffusion XL's UNet") {
    check_has(config(test::sdxl_shapes(), "unet/config.json"),
              {{"sample_size", 128},
               {"block_out_channels", {320, 640, 1280}},
               {"attention_head_dim", {5, 10, 20}},
               {"cross_attention_dim", 2048},
               {"transformer_layers_per_block", {1, 2, 10}},
               {"addition_embed_type", "text_time"},
               {"addition_time_embed_dim", 256},
               {"projection_class_embeddings_input_dim", 2816},
               {"down_block_types", {"DownBlock2D", kDown, kDown}},
               {"up_block_types", {kUp, kUp, "UpBlock2D"}}});
}

TEST_CASE("the autoencoders differ in the scale of their latents") {
    const json expected{{"block_out_channels", {128, 256, 512, 512}},
                        {"layers_per_block", 2},
                        {"latent_channels", 4},
                        {"use_post_quant_conv", true},
                        {"mid_block_add_attention", true},
                        {"norm_num_groups", 32}};
    check_has(config(test::sd1_shapes(), "vae/config.json"), expected);
    check_has(config(test::sdxl_shapes(), "vae/config.json"), expected);
    CHECK(config(test::sd1_shapes(), "vae/config.json")["scaling_factor"] == 0.18215);
    CHECK(config(test::sdxl_shapes(), "vae/config.json")["scaling_factor"] == 0.13025);
}

TEST_CASE("the text encoders") {
    check_has(config(test::sd1_shapes(), "text_encoder/config.json"),
              {{"vocab_size", 49408},
               {"hidden_size", 768},
               {"intermediate_size", 3072},
               {"num_hidden_layers", 12},
               {"num_attention_heads", 12},
               {"max_position_embeddings", 77},
               {"hidden_act", "quick_gelu"}});
    check_has(config(test::sd2_shapes(), "text_encoder/config.json"), {{"hidden_size", 1024},
                                                                       {"num_hidden_layers", 23},
                                                                       {"num_attention_heads", 16},
                                                                       {"hidden_act", "gelu"}});
    check_has(config(test::sdxl_shapes(), "text_encoder_2/config.json"),
              {{"hidden_size", 1280},
               {"num_hidden_layers", 32},
               {"num_attention_heads", 20},
               {"projection_dim", 1280},
               {"hidden_act", "gelu"}});
}

TEST_CASE("the index names pipeline and parts, the scheduler what the denoiser guesses") {
    CHECK(config(test::sd1_shapes(9), "model_index.json")["_class_name"] ==
          "StableDiffusionInpaintPipeline");
    const json xl = config(test::sdxl_shapes(), "model_index.json");
    CHECK(xl["_class_name"] == "StableDiffusionXLPipeline");
    CHECK(xl["text_encoder_2"] == json{"transformers", "CLIPTextModelWithProjection"});
    const std::string scheduler = "scheduler/scheduler_config.json";
    CHECK(config(test::sd1_shapes(), scheduler)["prediction_type"] == "epsilon");
    CHECK(config(test::sd2_shapes(), scheduler)["prediction_type"] == "v_prediction");
    CHECK(config(test::sdxl_shapes(), scheduler)["timestep_spacing"] == "leading");
}

TEST_CASE("a denoiser that no config describes is refused by its block") {
    const auto refusal = [](const test::Shapes& shapes) {
        const auto checkpoint = describe(test::header_of(shapes), std::nullopt);
        REQUIRE(checkpoint);
        const auto text = diffusers_config(*checkpoint, "unet/config.json");
        REQUIRE_FALSE(text);
        return text.error().message;
    };
    auto uneven = test::sdxl_shapes();
    uneven.erase("model.diffusion_model.input_blocks.5.1.transformer_blocks.1.attn2.to_k.weight");
    CHECK_THAT(refusal(uneven), ContainsSubstring("input_blocks.5."));
    auto shallow = test::sdxl_shapes();
    std::erase_if(shallow, [](const auto& tensor) {
        return tensor.first.find("middle_block.1.") != std::string::npos;
    });
    CHECK_THAT(refusal(shallow), ContainsSubstring("middle_block.1"));
    auto narrow = test::sd1_shapes();
    narrow["model.diffusion_model.out.2.weight"] = {};
    CHECK_THAT(refusal(narrow), ContainsSubstring("out.2.weight"));
}

TEST_CASE("what a checkpoint has not is not found") {
    const auto checkpoint = describe(test::header_of(test::sd1_shapes()), std::nullopt);
    CHECK(diffusers_config(*checkpoint, "text_encoder_2/config.json").error().code ==
          ErrorCode::not_found);
}

}  // namespace
}  // namespace gotong::ldm
