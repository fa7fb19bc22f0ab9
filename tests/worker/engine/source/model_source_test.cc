// A model's weights from shards and from a checkpoint: what agrees is read as one, and what
// contradicts itself is refused by the tensor's name. tests/parity renders with them.
#include "worker/engine/source/model_source.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/support/ldm_shapes.h"
#include "tests/worker/engine/demo_model.h"
#include "worker/engine/weights/safetensors_writer.h"

namespace gotong::engine {
namespace {

using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
namespace fs = std::filesystem;

const std::string kStem = "diffusion_pytorch_model";

// The demo's UNet as two shards of one tensor each.
struct Sharded {
    test::ModelCopy model;
    json map{{"a", "s-1.safetensors"}, {"b", "s-2.safetensors"}};

    Sharded() {
        fs::remove(unet() / (kStem + ".safetensors"));
        write("s-1.safetensors", {"a"});
        write("s-2.safetensors", {"b"});
    }
    fs::path unet() const { return model.path() / "unet"; }
    void write(const std::string& file, const std::vector<std::string>& tensors) const {
        SafetensorsWriter writer;
        const std::array<std::int64_t, 1> shape{2};
        const std::array<float, 2> values{1, 2};
        for (const std::string& name : tensors)
            writer.add(name, shape, std::span<const float>(values));
        REQUIRE(writer.write(unet() / file));
    }
    Result<PartWeights> weights() const {
        std::ofstream(unet() / (kStem + ".safetensors.index.json")) << json{{"weight_map", map}};
        const auto source = ModelSource::open(model.path());
        REQUIRE(source);
        return source->weights("unet");
    }
    std::string refusal() const {
        const auto refused = weights();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::invalid_argument);
        CHECK_THAT(refused.error().message, ContainsSubstring(".safetensors"));
        return refused.error().message;
    }
};

TEST_CASE("shards are read as one") {
    const Sharded sharded;
    const auto weights = sharded.weights();
    REQUIRE(weights);
    CHECK(weights->tensors().size() == 2);
    CHECK(weights->name() == "unet/diffusion_pytorch_model.safetensors.index.json");
}

TEST_CASE("a tensor in two shards is refused") {
    const Sharded sharded;
    sharded.write("s-2.safetensors", {"a", "b"});
    CHECK_THAT(sharded.refusal(), ContainsSubstring("\"a\" is in s-2.safetensors"));
}

TEST_CASE("a tensor in another shard than the index says is refused") {
    Sharded sharded;
    sharded.map["a"] = "s-2.safetensors";
    sharded.map["b"] = "s-1.safetensors";
    CHECK_THAT(sharded.refusal(), ContainsSubstring("the index says"));
}

TEST_CASE("a tensor that no shard has, and one that the index does not know, are refused") {
    Sharded more;
    more.map["c"] = "s-1.safetensors";
    CHECK_THAT(more.refusal(), ContainsSubstring("\"c\" is not in s-1.safetensors"));
    const Sharded fewer;
    fewer.write("s-1.safetensors", {"a", "x"});
    CHECK_THAT(fewer.refusal(), ContainsSubstring("\"x\""));
}

TEST_CASE("a truncated shard is refused") {
    const Sharded sharded;
    const fs::path shard = sharded.unet() / "s-2.safetensors";
    fs::resize_file(shard, fs::file_size(shard) - 1);
    CHECK_THAT(sharded.refusal(), ContainsSubstring("s-2.safetensors"));
}

// A checkpoint of the tiny kind of shapes, with these tensors added.
Result<PartWeights> weights_of(const std::string& part, const gotong::test::Shapes& added) {
    const gotong::test::TempDir folder;
    auto shapes = gotong::test::tiny_shapes();
    for (const auto& [name, shape] : added) shapes[name] = shape;
    gotong::test::write_safetensors(folder / "tiny.safetensors", shapes);
    const auto source = ModelSource::open(folder / "tiny.safetensors");
    REQUIRE(source);
    return source->weights(part);
}

TEST_CASE("a checkpoint's parts have the names and shapes of diffusers' layout") {
    const auto weights =
        weights_of("vae", {{"first_stage_model.decoder.mid.attn_1.q.weight", {32, 32, 1, 1}}});
    REQUIRE(weights);
    const auto& query = weights->tensors().at("decoder.mid_block.attentions.0.to_q.weight");
    CHECK(query.shape == std::vector<std::int64_t>{32, 32});
    CHECK(weights->name() == "tiny.safetensors: vae");
    for (const auto& [name, entry] : weights->tensors())
        CHECK(name.find("diffusion_model") == std::string::npos);
}

TEST_CASE("two tensors of a checkpoint that are one in diffusers' layout are refused") {
    const auto twice = weights_of("unet", {{"model.diffusion_model.conv_in.weight", {1}}});
    CHECK(twice.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(twice.error().message, ContainsSubstring("\"conv_in.weight\" is there twice"));
}

TEST_CASE("OpenCLIP's fused tensors are taken apart, and refused in other shapes") {
    const gotong::test::TempDir folder;
    auto shapes = gotong::test::tiny_shapes();
    std::erase_if(shapes,
                  [](const auto& tensor) { return tensor.first.starts_with("cond_stage_model."); });
    const std::string first = "conditioner.embedders.0.transformer.";
    const std::string second = "conditioner.embedders.1.model.";
    shapes[first + "text_model.embeddings.token_embedding.weight"] = {8, 64};
    shapes[second + "transformer.resblocks.0.attn.in_proj_weight"] = {6, 2};
    shapes[second + "text_projection"] = {2, 3};
    const auto read = [&] {
        gotong::test::write_safetensors(folder / "tiny.safetensors", shapes);
        return ModelSource::open(folder / "tiny.safetensors").value().weights("text_encoder_2");
    };
    const auto weights = read();
    REQUIRE(weights);
    CHECK(weights->tensors().at("text_projection.weight").shape == std::vector<std::int64_t>{3, 2});
    for (const char* which : {"q", "k", "v"}) {
        const auto& third = weights->tensors().at("text_model.encoder.layers.0.self_attn." +
                                                  std::string(which) + "_proj.weight");
        CHECK(third.shape == std::vector<std::int64_t>{2, 2});
        CHECK(third.bytes.size() == 8);
    }
    shapes[second + "transformer.resblocks.0.attn.in_proj_weight"] = {5, 2};
    CHECK_THAT(read().error().message, ContainsSubstring("in_proj_weight"));
    shapes[second + "transformer.resblocks.0.attn.in_proj_weight"] = {6, 2};
    shapes[second + "text_projection"] = {2, 3, 1};
    CHECK_THAT(read().error().message, ContainsSubstring("two dimensions"));
}

TEST_CASE("a folder that is no model says what was looked for") {
    const gotong::test::TempDir empty;
    const auto refused = ModelSource::open(empty.path());
    CHECK(refused.error().code == ErrorCode::not_found);
    CHECK_THAT(refused.error().message, ContainsSubstring("model_index.json"));
}

}  // namespace
}  // namespace gotong::engine
