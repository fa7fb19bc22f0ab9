// Model folders: the demo model's manifest, and folders that are refused with a reason. The made-up
// folder has the shape of Stable Diffusion 1.5 without its weight.
#include "common/model/model_folder.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/crypto/sha256.h"
#include "tests/support/temp_dir.h"

namespace gotong::model {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& content) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}

struct Folder {
    test::TempDir home;
    fs::path path = home / "Tiny-SD.1";

    Folder() {
        write(path / "model_index.json", R"({"_class_name": "StableDiffusionPipeline"})");
        write(path / "scheduler/scheduler_config.json", "{}");
        write(path / "text_encoder/config.json", "{}");
        write(path / "text_encoder/model.safetensors", "t");
        write(path / "tokenizer/vocab.json", "{}");
        write(path / "tokenizer/merges.txt", "");
        write(path / "unet/config.json",
              R"({"sample_size": 64, "block_out_channels": [320, 640, 1280, 1280]})");
        write(path / "unet/diffusion_pytorch_model.safetensors", "u");
        write(path / "vae/config.json", R"({"block_out_channels": [128, 256, 512, 512]})");
        write(path / "vae/diffusion_pytorch_model.safetensors", "v");
    }
};

Result<ModelManifest> read(const fs::path& folder, const FolderOptions& options = {}) {
    DigestCache cache;
    return read_model_folder(folder, options, cache, SystemClock().now().wall);
}

std::vector<std::string> paths_of(const ModelManifest& manifest) {
    std::vector<std::string> paths;
    for (const ModelFile& file : manifest.files) paths.push_back(file.path);
    return paths;
}

TEST_CASE("the demo model's folder gives its manifest") {
    const ModelManifest manifest = read(std::string(GOTONG_SOURCE_DIR) + "/models/emoji").value();
    CHECK(manifest.name == "emoji");
    CHECK(manifest.family == "sd1");
    CHECK(manifest.default_width == 128);
    CHECK(manifest.default_height == 128);
    CHECK(manifest.size_multiple == 32);
    CHECK(manifest.max_width == 512);
    CHECK(paths_of(manifest) ==
          std::vector<std::string>{"model_index.json", "scheduler/scheduler_config.json",
                                   "text_encoder/config.json", "text_encoder/model.safetensors",
                                   "tokenizer/merges.txt", "tokenizer/special_tokens_map.json",
                                   "tokenizer/tokenizer_config.json", "tokenizer/vocab.json",
                                   "unet/config.json", "unet/diffusion_pytorch_model.safetensors",
                                   "vae/config.json", "vae/diffusion_pytorch_model.safetensors"});
    CHECK(manifest_from_json(to_json(manifest)) == manifest);
}

TEST_CASE("a folder of Stable Diffusion 1.5's shape has its sizes, and its name in lower case") {
    const Folder folder;
    const ModelManifest manifest = read(folder.path).value();
    CHECK(manifest.name == "tiny-sd.1");
    CHECK(manifest.default_width == 512);
    CHECK(manifest.size_multiple == 64);
    CHECK(manifest.max_width == 2048);
    CHECK(manifest.licence == "not stated");
    const auto unet = std::find_if(
        manifest.files.begin(), manifest.files.end(),
        [](const auto& file) { return file.path == "unet/diffusion_pytorch_model.safetensors"; });
    REQUIRE(unet != manifest.files.end());
    CHECK(unet->size == 1);
    CHECK(unet->sha256 == crypto::sha256(as_bytes("u")));
}

TEST_CASE("a name and a licence that are given win") {
    const Folder folder;
    const ModelManifest manifest = read(folder.path, {.name = "other", .licence = "MIT"}).value();
    CHECK(manifest.name == "other");
    CHECK(manifest.licence == "MIT");
    CHECK(read(folder.path, {.name = "Other", .licence = ""}).error().field == "name");
    CHECK(read(folder.path, {.name = "", .licence = std::string(201, 'x')}).error().field ==
          "licence");
}

TEST_CASE("files that no pipeline opens change nothing") {
    const Folder folder;
    const Digest before = digest(read(folder.path).value());
    write(folder.path / "README.md", "text");
    write(folder.path / "unet/diffusion_pytorch_model.bin", "a pickle beside safetensors");
    write(folder.path / "unet/diffusion_pytorch_model.fp16.safetensors", "a variant");
    CHECK(digest(read(folder.path).value()) == before);
    write(folder.path / "tokenizer/added_tokens.json", "{}");
    CHECK(digest(read(folder.path).value()) != before);
}

TEST_CASE("a non-square sample size is height and width") {
    const Folder folder;
    write(folder.path / "unet/config.json",
          R"({"sample_size": [64, 96], "block_out_channels": [320, 640, 1280, 1280]})");
    const ModelManifest manifest = read(folder.path).value();
    CHECK(manifest.default_height == 512);
    CHECK(manifest.default_width == 768);
}

TEST_CASE("pickles in place of safetensors are refused with a reason") {
    for (const char* pickle :
         {"diffusion_pytorch_model.bin", "model.ckpt", "model.pt", "model.pth"}) {
        const Folder folder;
        fs::remove(folder.path / "unet/diffusion_pytorch_model.safetensors");
        write(folder.path / "unet" / pickle, "x");
        const auto refused = read(folder.path);
        CHECK(refused.error().code == ErrorCode::permission_denied);
        CHECK(refused.error().message.find("pickle") != std::string::npos);
    }
}

TEST_CASE("a missing file is named") {
    for (const char* file :
         {"vae/config.json", "text_encoder/model.safetensors", "scheduler/scheduler_config.json"}) {
        const Folder folder;
        fs::remove(folder.path / file);
        const auto refused = read(folder.path);
        CHECK(refused.error().code == ErrorCode::not_found);
        CHECK(refused.error().message.find(file) != std::string::npos);
    }
    const test::TempDir empty;
    CHECK(read(empty.path()).error().message.find("model_index.json") != std::string::npos);
}

TEST_CASE("a link out of the folder is refused, one within it is followed") {
    const Folder folder;
    const fs::path weights = folder.path / "vae/diffusion_pytorch_model.safetensors";
    write(folder.home / "outside", "v");
    fs::remove(weights);
    fs::create_symlink(folder.home / "outside", weights);
    CHECK(read(folder.path).error().code == ErrorCode::permission_denied);
    // A folder whose name begins with the model's is outside too.
    write(folder.home / "Tiny-SD.1-more/v", "v");
    fs::remove(weights);
    fs::create_symlink(folder.home / "Tiny-SD.1-more/v", weights);
    CHECK(read(folder.path).error().code == ErrorCode::permission_denied);
    write(folder.path / "vae/real", "v");
    fs::remove(weights);
    fs::create_symlink("real", weights);
    CHECK(read(folder.path));
}

TEST_CASE("the folder itself may be a link") {
    const Folder folder;
    fs::create_directory_symlink(folder.path, folder.home / "alias");
    CHECK(read(folder.home / "alias").value().name == "tiny-sd.1");
}

TEST_CASE("another pipeline is named with what would work") {
    const Folder folder;
    write(folder.path / "model_index.json", R"({"_class_name": "FluxPipeline"})");
    const auto refused = read(folder.path);
    CHECK(refused.error().code == ErrorCode::unimplemented);
    CHECK(refused.error().message.find("FluxPipeline") != std::string::npos);
}

TEST_CASE("configs that cannot be read or make no sense are refused by name") {
    const std::vector<std::pair<const char*, const char*>> broken{
        {"model_index.json", "{"},
        {"model_index.json", "[]"},
        {"unet/config.json", "{}"},
        {"unet/config.json", R"({"sample_size": 0, "block_out_channels": [1]})"},
        {"unet/config.json", R"({"sample_size": 4096, "block_out_channels": [1]})"},
        {"unet/config.json", R"({"sample_size": 64, "block_out_channels": []})"},
        {"vae/config.json", R"({"block_out_channels": [1,1,1,1,1,1,1,1,1]})"},
        {"vae/config.json", R"({"block_out_channels": 4})"}};
    for (const auto& [file, content] : broken) {
        const Folder folder;
        write(folder.path / file, content);
        const auto refused = read(folder.path);
        INFO(file << " " << content);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::invalid_argument);
        CHECK(refused.error().message.find(file) != std::string::npos);
    }
}

}  // namespace
}  // namespace gotong::model
