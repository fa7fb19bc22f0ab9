// What kind of model a checkpoint is, from its tensors' names and shapes; and the kinds that are
// refused by name.
#include "common/ldm/checkpoint.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/support/ldm_shapes.h"
#include "tests/support/temp_dir.h"

namespace gotong::ldm {
namespace {

using Catch::Matchers::ContainsSubstring;

Result<Checkpoint> describe(const test::Shapes& shapes,
                            std::optional<std::int64_t> step = std::nullopt) {
    return ldm::describe(test::header_of(shapes), step);
}

TEST_CASE("the three generations and their inpainting nets are told apart") {
    CHECK(describe(test::sd1_shapes())->family() == "sd1");
    CHECK(describe(test::sd2_shapes())->family() == "sd2");
    CHECK(describe(test::sdxl_shapes())->family() == "sdxl");
    CHECK(describe(test::sd1_shapes(9))->family() == "sd1-inpaint");
}

TEST_CASE("each has the size that it was trained on") {
    CHECK(describe(test::sd1_shapes())->side == 512);
    CHECK(describe(test::sd2_shapes())->side == 768);
    CHECK(describe(test::sd2_shapes(), 875'000)->side == 512);
    CHECK(describe(test::sdxl_shapes())->side == 1024);
}

TEST_CASE("the second generation predicts v but for its base and inpainting models") {
    CHECK(describe(test::sd2_shapes())->v_prediction);
    CHECK(describe(test::sd2_shapes(), 110'000)->v_prediction);
    CHECK_FALSE(describe(test::sd2_shapes(), 875'000)->v_prediction);
    auto inpaint = test::sd2_shapes();
    inpaint["model.diffusion_model.input_blocks.0.0.weight"][1] = 9;
    CHECK_FALSE(describe(inpaint)->v_prediction);
    CHECK_FALSE(describe(test::sd1_shapes())->v_prediction);
}

TEST_CASE("markers of XL's finetunes count") {
    auto shapes = test::sdxl_shapes();
    CHECK_FALSE(describe(shapes)->v_prediction);
    shapes["v_pred"] = {0};
    CHECK(describe(shapes)->v_prediction);
    CHECK_FALSE(describe(shapes)->zero_terminal_snr);
    shapes["ztsnr"] = {0};
    CHECK(describe(shapes)->zero_terminal_snr);
}

TEST_CASE("the second generation's encoder drops its last layer, where it is whole") {
    auto shapes = test::sd2_shapes();
    CHECK(describe(shapes)->encoders.at(0).dropped_layers == 1);
    std::erase_if(shapes, [](const auto& tensor) {
        return tensor.first.find("resblocks.23.") != std::string::npos ||
               tensor.first.ends_with("text_projection");
    });
    CHECK(describe(shapes)->encoders.at(0).dropped_layers == 0);
    const auto xl = describe(test::sdxl_shapes());
    REQUIRE(xl);
    for (const EncoderPlace& encoder : xl->encoders) CHECK(encoder.dropped_layers == 0);
}

TEST_CASE("another kind of model is named") {
    const auto refusal = [](const std::string& tensor) {
        auto shapes = test::sd1_shapes();
        shapes[tensor] = {1};
        const auto refused = describe(shapes);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::unimplemented);
        return refused.error().message;
    };
    CHECK_THAT(refusal("control_model.time_embed.0.weight"), ContainsSubstring("ControlNet"));
    CHECK_THAT(refusal("conditioner.embedders.0.model.ln_final.bias"),
               ContainsSubstring("refiner"));
    CHECK_THAT(refusal("edm_mean"), ContainsSubstring("Playground"));
    CHECK_THAT(refusal("lora_unet_x.lora_down.weight"), ContainsSubstring("LoRA"));
    CHECK_THAT(refusal("model.diffusion_model.double_blocks.0.x"), ContainsSubstring("FLUX"));
    const auto empty = describe({{"some.tensor", {1}}});
    CHECK(empty.error().code == ErrorCode::unimplemented);
    CHECK_THAT(empty.error().message, ContainsSubstring("input_blocks.0.0.weight"));
}

TEST_CASE("a denoiser that takes other channels is named with those that work") {
    const auto refused = describe(test::sd1_shapes(8));
    CHECK(refused.error().code == ErrorCode::unimplemented);
    CHECK_THAT(refused.error().message, ContainsSubstring("8 channels") &&
                                            ContainsSubstring("InstructPix2Pix") &&
                                            ContainsSubstring("4, and with 9"));
}

TEST_CASE("a part that the file lacks is named") {
    const auto without = [](const std::string& prefix) {
        auto shapes = test::sd1_shapes();
        std::erase_if(shapes, [&](const auto& tensor) { return tensor.first.starts_with(prefix); });
        const auto refused = describe(shapes);
        CHECK(refused.error().code == ErrorCode::invalid_argument);
        return refused.error().message;
    };
    CHECK_THAT(without("first_stage_model."), ContainsSubstring("no autoencoder"));
    CHECK_THAT(without("cond_stage_model."), ContainsSubstring("no text encoder"));
}

TEST_CASE("a file on disk is described by its header, and a truncated one is refused") {
    const gotong::test::TempDir folder;
    const auto file = folder / "tiny.safetensors";
    test::write_safetensors(file, test::tiny_shapes());
    CHECK(open_checkpoint(file)->family() == "sd1");
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
    const auto truncated = open_checkpoint(file);
    CHECK(truncated.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(truncated.error().message, ContainsSubstring("tiny.safetensors"));
    std::filesystem::resize_file(file, 100);
    CHECK(open_checkpoint(file).error().code == ErrorCode::invalid_argument);
    std::filesystem::resize_file(file, 3);
    CHECK(open_checkpoint(file).error().code == ErrorCode::invalid_argument);
    CHECK(open_checkpoint(folder / "none").error().code == ErrorCode::not_found);
}

}  // namespace
}  // namespace gotong::ldm
