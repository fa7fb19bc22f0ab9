// A model loads whole or not at all: configs that the engine does not have, parts that do not fit
// one another, and tensors that are missing, extra or of another shape are refused by name.
#include "worker/engine/model.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/worker/engine/demo_model.h"

namespace gotong::engine {
namespace {

using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

const std::string kUnetFile = "unet/diffusion_pytorch_model.safetensors";

Error refusal(const test::ModelCopy& model) {
    const auto loaded = Model::load(model.path(), {.kind = DeviceOptions::Kind::cpu});
    REQUIRE_FALSE(loaded);
    return loaded.error();
}

// The message for a config with one key changed.
std::string refusal(const std::string& file, const std::string& key, const json& value,
                    ErrorCode code) {
    const test::ModelCopy model;
    model.edit(file, [&](json& config) { config[key] = value; });
    const Error error = refusal(model);
    CHECK(error.code == code);
    return error.message;
}

TEST_CASE("the demo model says what fits it") {
    const auto model = Model::load(test::demo_model(), {.kind = DeviceOptions::Kind::cpu});
    REQUIRE(model);
    const ModelInfo& info = (*model)->info();
    CHECK(info.default_width == 128);
    CHECK(info.default_height == 128);
    CHECK(info.latent_factor == 8);
    CHECK(info.latent_channels == 4);
    CHECK(info.size_multiple == 32);
    CHECK(info.max_steps == 1000);
}

TEST_CASE("a model's weights are foreseen from its files' headers") {
    const DeviceOptions full{.kind = DeviceOptions::Kind::cpu};
    const DeviceOptions half{.kind = DeviceOptions::Kind::cpu,
                             .precision = DeviceOptions::Precision::bf16};
    const auto model = Model::load(test::demo_model(), full);
    const auto foreseen = Model::weigh(test::demo_model(), full);
    const auto halved = Model::weigh(test::demo_model(), half);
    REQUIRE((model && foreseen && halved));
    CHECK((*model)->info().weight_bytes == *foreseen);
    CHECK(*foreseen > 50'000'000);  // 25 MB of files in half precision, in fp32.
    CHECK(*foreseen < 100'000'000);
    CHECK(*halved < *foreseen);
    CHECK(Model::weigh("/nowhere", full).error().code == ErrorCode::not_found);
}

TEST_CASE("a kind of UNet that the engine does not have is refused by file and key") {
    const std::vector<std::pair<std::string, json>> kinds{
        {"class_embed_type", "timestep"},
        {"addition_embed_type", "image_hint"},
        {"dual_cross_attention", true},
        {"only_cross_attention", true},
        {"resnet_time_scale_shift", "scale_shift"},
        {"act_fn", "gelu"},
        {"mid_block_type", "UNetMidBlock2D"},
        {"mid_block_scale_factor", 1.5},
        {"center_input_sample", true},
        {"num_attention_heads", 8},
        {"conv_in_kernel", 5},
        {"attention_type", "gated"},
        {"down_block_types", {"DownBlock2D", "AttnDownBlock2D", "CrossAttnDownBlock2D"}},
        {"a_key_of_next_year", "x"},
    };
    for (const auto& [key, value] : kinds) {
        INFO(key);
        CHECK_THAT(refusal("unet/config.json", key, value, ErrorCode::unimplemented),
                   ContainsSubstring("unet/config.json: ") && ContainsSubstring("\"" + key + "\""));
    }
}

TEST_CASE("a UNet config that contradicts itself is refused by file and key") {
    const std::vector<std::pair<std::string, json>> kinds{
        {"norm_num_groups", 7},
        {"norm_num_groups", nullptr},
        {"attention_head_dim", 5},
        {"attention_head_dim", {4, 4}},
        {"block_out_channels", json::array()},
        {"block_out_channels", {64, 128}},
        {"block_out_channels", {64, 128, -192}},
        {"layers_per_block", 1'000'000},
        {"cross_attention_dim", "128"},
        {"sample_size", -16},
        {"addition_embed_type", "text_time"},  // Without the widths that go with it.
        {"time_cond_proj_dim", 2},
    };
    for (const auto& [key, value] : kinds) {
        INFO(key << " " << value.dump());
        CHECK_THAT(refusal("unet/config.json", key, value, ErrorCode::invalid_argument),
                   ContainsSubstring("unet/config.json: \""));
    }
}

TEST_CASE("kinds of autoencoder and text encoder that the engine does not have are refused") {
    CHECK_THAT(refusal("vae/config.json", "shift_factor", 0.1, ErrorCode::unimplemented),
               ContainsSubstring("vae/config.json: \"shift_factor\""));
    CHECK_THAT(refusal("vae/config.json", "act_fn", "relu", ErrorCode::unimplemented),
               ContainsSubstring("vae/config.json: \"act_fn\""));
    CHECK_THAT(refusal("vae/config.json", "scaling_factor", 0, ErrorCode::invalid_argument),
               ContainsSubstring("vae/config.json: \"scaling_factor\""));
    CHECK_THAT(refusal("text_encoder/config.json", "hidden_act", "relu", ErrorCode::unimplemented),
               ContainsSubstring("text_encoder/config.json: \"hidden_act\""));
    CHECK_THAT(
        refusal("text_encoder/config.json", "use_attention_mask", true, ErrorCode::unimplemented),
        ContainsSubstring("\"use_attention_mask\""));
    CHECK_THAT(
        refusal("text_encoder/config.json", "num_attention_heads", 3, ErrorCode::invalid_argument),
        ContainsSubstring("\"num_attention_heads\""));
}

TEST_CASE("a missing tensor is named") {
    const test::ModelCopy model;
    model.edit_header(kUnetFile, [](json& header) {
        header["conv_out.bias2"] = header["conv_out.bias"];
        header.erase("conv_out.bias");
    });
    const Error error = refusal(model);
    CHECK(error.code == ErrorCode::invalid_argument);
    CHECK_THAT(error.message, ContainsSubstring(kUnetFile) &&
                                  ContainsSubstring("tensor \"conv_out.bias\" is missing"));
}

TEST_CASE("a tensor that nothing asks for is named") {
    const test::ModelCopy model;
    model.edit_header(kUnetFile, [](json& header) {
        const auto end = header["conv_in.bias"]["data_offsets"][0];
        header["lora.up"] = {{"dtype", "F16"}, {"shape", {0}}, {"data_offsets", {end, end}}};
    });
    CHECK_THAT(refusal(model).message,
               ContainsSubstring("tensor \"lora.up\" belongs to nothing in the config"));
}

TEST_CASE("a tensor of another shape is named with both shapes") {
    const test::ModelCopy model;
    model.edit_header(kUnetFile, [](json& header) {
        header["conv_in.weight"]["shape"] = {4, 64, 3, 3};
    });
    CHECK_THAT(refusal(model).message,
               ContainsSubstring("tensor \"conv_in.weight\" has shape [4, 64, 3, 3]; the config "
                                 "asks for [64, 4, 3, 3]"));
}

TEST_CASE("a tensor of whole numbers where weights belong is refused") {
    const test::ModelCopy model;
    model.edit_header(kUnetFile, [](json& header) { header["conv_in.bias"]["dtype"] = "I16"; });
    CHECK_THAT(refusal(model).message,
               ContainsSubstring("tensor \"conv_in.bias\" is of type I16, not a float"));
}

TEST_CASE("weights cut short are refused") {
    const test::ModelCopy model;
    const auto file = model.path() / "vae" / "diffusion_pytorch_model.safetensors";
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
    CHECK(refusal(model).code == ErrorCode::invalid_argument);
}

TEST_CASE("parts that do not fit one another are refused") {
    CHECK_THAT(refusal("tokenizer/tokenizer_config.json", "model_max_length", 78,
                       ErrorCode::invalid_argument),
               ContainsSubstring("\"model_max_length\""));
}

TEST_CASE("the demo model paints from nothing and is asked twice for guidance") {
    const auto model = Model::load(test::demo_model(), {.kind = DeviceOptions::Kind::cpu});
    REQUIRE(model);
    CHECK((*model)->info().extra_channels == 0);
    CHECK_FALSE((*model)->info().is_told_guidance);
}

TEST_CASE("a graphics card that is not there is refused, and automatic does without") {
    const auto device = describe_device({.kind = DeviceOptions::Kind::automatic});
    REQUIRE(device);
    CHECK(device->memory_bytes > 0);
    if (device->device != "cpu") return;
    CHECK(device->precision == "fp32");
    const auto cuda = describe_device({.kind = DeviceOptions::Kind::cuda});
    REQUIRE_FALSE(cuda);
    CHECK(cuda.error().code == ErrorCode::failed_precondition);
}

}  // namespace
}  // namespace gotong::engine
