// Which of several weight files counts.
#include "common/model/part_files.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace gotong::model {
namespace {

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

struct Model {
    test::TempDir home;

    void write(const std::string& file, const std::string& content = "x") const {
        fs::create_directories((home / file).parent_path());
        std::ofstream(home / file) << content;
    }
    Names files(const std::string& part) const {
        const auto found = part_files(home.path(), part);
        INFO((found ? "" : found.error().message));
        REQUIRE(found);
        return found->files;
    }
};

const std::string kUnet = "unet/diffusion_pytorch_model";

TEST_CASE("plain files come first, then fp16, bf16, fp32, then others by their names") {
    const Model model;
    for (const char* variant : {".zebra", ".ema-only", ".fp32", ".bf16", ".fp16", ""}) {
        const std::string name = "diffusion_pytorch_model" + std::string(variant) + ".safetensors";
        model.write("unet/" + name);
        CHECK(model.files("unet").size() == 1);
    }
    for (const char* variant : {"", ".fp16", ".bf16", ".fp32", ".ema-only", ".zebra"}) {
        const std::string name = "diffusion_pytorch_model" + std::string(variant) + ".safetensors";
        CHECK(model.files("unet") == Names{name});
        fs::remove(model.home / ("unet/" + name));
    }
}

TEST_CASE("text encoders have another name") {
    const Model model;
    model.write("text_encoder_2/model.fp16.safetensors");
    model.write("text_encoder_2/diffusion_pytorch_model.safetensors");
    CHECK(model.files("text_encoder_2") == Names{"model.fp16.safetensors"});
}

TEST_CASE("an index leads to its shards, of plain weights and of variants") {
    const Model model;
    const std::string map = R"({"weight_map": {"a": "p-1.safetensors", "b": "p-2.safetensors"}})";
    model.write("unet/p-1.safetensors");
    model.write("unet/p-2.safetensors");
    model.write(kUnet + ".safetensors.index.mine.json", map);
    CHECK(part_files(model.home.path(), "unet")->index ==
          "diffusion_pytorch_model.safetensors.index.mine.json");
    model.write(kUnet + ".safetensors.index.fp16.json", map);
    CHECK(part_files(model.home.path(), "unet")->index ==
          "diffusion_pytorch_model.safetensors.index.fp16.json");
    model.write(kUnet + ".safetensors.index.json", map);
    CHECK(part_files(model.home.path(), "unet")->index ==
          "diffusion_pytorch_model.safetensors.index.json");
    CHECK(model.files("unet") == Names{"p-1.safetensors", "p-2.safetensors"});
    model.write(kUnet + ".safetensors");
    CHECK(part_files(model.home.path(), "unet")->index.empty());
}

TEST_CASE("a shard is no variant") {
    const Model model;
    model.write(kUnet + ".fp16-00001-of-00002.safetensors");
    model.write(kUnet + "-00001-of-00002.safetensors");
    CHECK(part_files(model.home.path(), "unet").error().code == ErrorCode::not_found);
}

TEST_CASE("a missing shard is named, and so is a broken index") {
    const Model model;
    model.write(kUnet + ".safetensors.index.json", R"({"weight_map": {"a": "p-1.safetensors"}})");
    const auto missing = part_files(model.home.path(), "unet");
    CHECK(missing.error().code == ErrorCode::not_found);
    CHECK_THAT(missing.error().message, ContainsSubstring("unet/p-1.safetensors is missing"));
    model.write(kUnet + ".safetensors.index.json",
                R"({"weight_map": {"a": "../../p-1.safetensors"}})");
    const auto outside = part_files(model.home.path(), "unet");
    CHECK(outside.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(outside.error().message,
               ContainsSubstring("unet/diffusion_pytorch_model.safetensors.index.json"));
}

TEST_CASE("pickles alone are refused, and no weights at all are not found") {
    const Model model;
    const auto none = part_files(model.home.path(), "unet");
    CHECK(none.error().code == ErrorCode::not_found);
    CHECK_THAT(none.error().message, ContainsSubstring(kUnet + ".safetensors"));
    model.write(kUnet + ".bin");
    const auto pickle = part_files(model.home.path(), "unet");
    CHECK(pickle.error().code == ErrorCode::permission_denied);
    CHECK_THAT(pickle.error().message, ContainsSubstring("can run code"));
}

}  // namespace
}  // namespace gotong::model
