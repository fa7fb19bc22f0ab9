// Manifests of models in other layouts than the plain diffusers folder: families, shards, variants
// and single-file checkpoints.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>

#include "common/model/family.h"
#include "common/model/model_folder.h"
#include "tests/support/ldm_shapes.h"
#include "tests/support/temp_dir.h"

namespace gotong::model {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using Paths = std::vector<std::string>;

void write(const fs::path& file, const std::string& content) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}

Result<ModelManifest> read(const fs::path& path) {
    DigestCache cache;
    return read_model_folder(path, {}, cache, SystemClock().now().wall);
}

Paths paths_of(const Result<ModelManifest>& manifest) {
    INFO((manifest ? "" : manifest.error().message));
    REQUIRE(manifest);
    Paths paths;
    for (const ModelFile& file : manifest->files) paths.push_back(file.path);
    return paths;
}

// A folder of Stable Diffusion XL's shape without its weight.
void write_xl(const fs::path& folder) {
    write(folder / "model_index.json", R"({"_class_name": "StableDiffusionXLPipeline"})");
    write(folder / "scheduler/scheduler_config.json", "{}");
    for (const std::string suffix : {"", "_2"}) {
        write(folder / ("text_encoder" + suffix) / "config.json", "{}");
        write(folder / ("text_encoder" + suffix) / "model.fp16.safetensors", "t");
        write(folder / ("tokenizer" + suffix) / "vocab.json", "{}");
    }
    write(folder / "unet/config.json",
          R"({"sample_size": 128, "block_out_channels": [320, 640, 1280],
              "use_linear_projection": true, "in_channels": 4})");
    write(folder / "unet/diffusion_pytorch_model.safetensors.index.fp16.json",
          R"({"weight_map": {"a": "u.fp16-00001-of-00002.safetensors",
                             "b": "u.fp16-00002-of-00002.safetensors"}})");
    write(folder / "unet/u.fp16-00001-of-00002.safetensors", "u");
    write(folder / "unet/u.fp16-00002-of-00002.safetensors", "v");
    write(folder / "vae/config.json", R"({"block_out_channels": [128, 256, 512, 512]})");
    write(folder / "vae/diffusion_pytorch_model.safetensors", "v");
}

TEST_CASE(
    "Stable Diffusion XL has 1024 pixels, and all its parts, shards and variants are listed") {
    const test::TempDir home;
    write_xl(home / "xl");
    const auto manifest = read(home / "xl");
    CHECK(paths_of(manifest) ==
          Paths{"model_index.json", "scheduler/scheduler_config.json", "text_encoder/config.json",
                "text_encoder/model.fp16.safetensors", "text_encoder_2/config.json",
                "text_encoder_2/model.fp16.safetensors", "tokenizer/vocab.json",
                "tokenizer_2/vocab.json", "unet/config.json",
                "unet/diffusion_pytorch_model.safetensors.index.fp16.json",
                "unet/u.fp16-00001-of-00002.safetensors", "unet/u.fp16-00002-of-00002.safetensors",
                "vae/config.json", "vae/diffusion_pytorch_model.safetensors"});
    CHECK(manifest->family == "sdxl");
    CHECK(manifest->default_width == 1024);
    CHECK(manifest->size_multiple == 32);
    CHECK(manifest->max_height == 2048);
    CHECK(manifest_from_json(to_json(*manifest)) == *manifest);
}

TEST_CASE("a folder's family follows from its pipeline and its denoiser") {
    const test::TempDir home;
    const auto family = [&](const std::string& pipeline, const std::string& unet) {
        write_xl(home / "m");
        write(home / "m/model_index.json", R"({"_class_name": ")" + pipeline + "\"}");
        auto config = nlohmann::json::parse(unet);
        config["sample_size"] = 64;
        config["block_out_channels"] = {320, 640};
        write(home / "m/unet/config.json", config.dump());
        const auto manifest = read(home / "m");
        REQUIRE(manifest);
        CHECK(std::ranges::find(kFamilies, manifest->family) != kFamilies.end());
        return manifest->family;
    };
    CHECK(family("StableDiffusionPipeline", "{}") == "sd1");
    CHECK(family("LatentConsistencyModelPipeline", "{}") == "sd1");
    CHECK(family("StableDiffusionInpaintPipeline", R"({"in_channels": 9})") == "sd1-inpaint");
    CHECK(family("StableDiffusionPipeline", R"({"use_linear_projection": true})") == "sd2");
    CHECK(family("StableDiffusionInpaintPipeline",
                 R"({"use_linear_projection": true, "in_channels": 9})") == "sd2-inpaint");
    CHECK(family("StableDiffusionXLInpaintPipeline",
                 R"({"use_linear_projection": true, "in_channels": 9})") == "sdxl-inpaint");
}

TEST_CASE("a checkpoint is a model, by its file or by the folder that holds it alone") {
    const test::TempDir home;
    const fs::path file = home / "My-Model" / "Tiny_v1.safetensors";
    test::write_safetensors(file, test::tiny_shapes());
    write(home / "My-Model/README.md", "license: MIT\n");
    for (const fs::path& path : {file, file.parent_path()}) {
        const auto manifest = read(path);
        CHECK(paths_of(manifest) == Paths{"Tiny_v1.safetensors"});
        CHECK(manifest->name == "my-model");
        CHECK(manifest->family == "sd1");
        CHECK(manifest->licence == "MIT");
        CHECK(manifest->default_width == 512);
        CHECK(manifest->size_multiple == 16);
        CHECK(manifest->max_width == 2048);
    }
}

TEST_CASE("what overrides a checkpoint's defaults is part of it") {
    const test::TempDir home;
    test::write_safetensors(home / "m/tiny.safetensors", test::tiny_shapes());
    write(home / "m/scheduler/scheduler_config.json", "{}");
    write(home / "m/tokenizer/tokenizer_config.json", "{}");
    write(home / "m/tokenizer/vocab.json", "{}");
    write(home / "m/tokenizer_2/tokenizer_config.json", "{}");  // Not of this family.
    CHECK(paths_of(read(home / "m")) == Paths{"scheduler/scheduler_config.json", "tiny.safetensors",
                                              "tokenizer/tokenizer_config.json",
                                              "tokenizer/vocab.json"});
}

TEST_CASE("of several checkpoints in a folder one must be named, and nothing beside them counts") {
    const test::TempDir home;
    test::write_safetensors(home / "models/One.safetensors", test::tiny_shapes());
    test::write_safetensors(home / "models/two.safetensors", test::tiny_shapes());
    write(home / "models/scheduler/scheduler_config.json", "{}");
    write(home / "models/README.md", "license: MIT\n");
    const auto refused = read(home / "models");
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(refused.error().message,
               ContainsSubstring("2 checkpoints") && ContainsSubstring("One.safetensors"));
    const auto one = read(home / "models/One.safetensors");
    CHECK(paths_of(one) == Paths{"One.safetensors"});
    CHECK(one->name == "one");
    CHECK(one->licence == "not stated");
}

TEST_CASE("a checkpoint that cannot be used is refused with a sentence") {
    const test::TempDir home;
    const auto refusal = [&](const fs::path& file) {
        const auto refused = read(file);
        REQUIRE_FALSE(refused);
        return refused.error();
    };
    write(home / "a/model.ckpt", "x");
    CHECK(refusal(home / "a/model.ckpt").code == ErrorCode::permission_denied);
    test::write_safetensors(home / "b/lora.safetensors", {{"lora_unet_x.alpha", {1}}});
    CHECK(refusal(home / "b").code == ErrorCode::unimplemented);
    CHECK_THAT(refusal(home / "b").message,
               ContainsSubstring("lora.safetensors") && ContainsSubstring("LoRA"));
    test::write_safetensors(home / "c/two words.safetensors", test::tiny_shapes());
    CHECK_THAT(refusal(home / "c").message, ContainsSubstring("rename it"));
    write(home / "d/cut.safetensors", "12345");
    CHECK(refusal(home / "d").code == ErrorCode::invalid_argument);
    CHECK_THAT(refusal(home / "none").message, ContainsSubstring("model_index.json"));
}

TEST_CASE("a checkpoint that links out of its folder is refused") {
    const test::TempDir home;
    test::write_safetensors(home / "elsewhere/tiny.safetensors", test::tiny_shapes());
    fs::create_directories(home / "m");
    fs::create_symlink(home / "elsewhere/tiny.safetensors", home / "m/tiny.safetensors");
    CHECK(read(home / "m").error().code == ErrorCode::permission_denied);
}

}  // namespace
}  // namespace gotong::model
