// The names of single tensors, in the layouts of published files. tests/parity maps whole models.
#include "common/ldm/names.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/ldm_shapes.h"

namespace gotong::ldm {
namespace {

NameMap map_of(const test::Shapes& shapes) {
    return NameMap::of(describe(test::header_of(shapes), std::nullopt).value()).value();
}

std::string name_in(const NameMap& map, const std::string& part, const std::string& name) {
    const auto target = map.target(name);
    REQUIRE(target);
    CHECK(target->part == part);
    return target->name;
}

TEST_CASE("the UNet's blocks are counted by level and layer") {
    const NameMap map = map_of(test::sd1_shapes());
    const auto name = [&](const std::string& rest) {
        return name_in(map, "unet", "model.diffusion_model." + rest);
    };
    CHECK(name("time_embed.2.bias") == "time_embedding.linear_2.bias");
    CHECK(name("input_blocks.0.0.weight") == "conv_in.weight");
    CHECK(name("input_blocks.1.0.in_layers.2.weight") == "down_blocks.0.resnets.0.conv1.weight");
    CHECK(name("input_blocks.3.0.op.bias") == "down_blocks.0.downsamplers.0.conv.bias");
    CHECK(name("input_blocks.4.0.skip_connection.weight") ==
          "down_blocks.1.resnets.0.conv_shortcut.weight");
    CHECK(name("input_blocks.8.1.transformer_blocks.0.attn1.to_out.0.bias") ==
          "down_blocks.2.attentions.1.transformer_blocks.0.attn1.to_out.0.bias");
    CHECK(name("input_blocks.11.0.emb_layers.1.weight") ==
          "down_blocks.3.resnets.1.time_emb_proj.weight");
    CHECK(name("middle_block.2.out_layers.3.bias") == "mid_block.resnets.1.conv2.bias");
    CHECK(name("output_blocks.2.1.conv.weight") == "up_blocks.0.upsamplers.0.conv.weight");
    CHECK(name("output_blocks.5.2.conv.weight") == "up_blocks.1.upsamplers.0.conv.weight");
    CHECK(name("output_blocks.11.1.proj_in.weight") == "up_blocks.3.attentions.2.proj_in.weight");
    CHECK(name("out.2.weight") == "conv_out.weight");
}

TEST_CASE("the autoencoder's way up is counted from its other end") {
    const NameMap map = map_of(test::sd1_shapes());
    const auto name = [&](const std::string& rest) {
        return name_in(map, "vae", "first_stage_model." + rest);
    };
    CHECK(name("decoder.up.0.block.2.norm1.weight") ==
          "decoder.up_blocks.3.resnets.2.norm1.weight");
    CHECK(name("decoder.up.3.upsample.conv.bias") == "decoder.up_blocks.0.upsamplers.0.conv.bias");
    CHECK(name("encoder.down.1.block.0.nin_shortcut.weight") ==
          "encoder.down_blocks.1.resnets.0.conv_shortcut.weight");
    CHECK(name("encoder.down.0.downsample.conv.weight") ==
          "encoder.down_blocks.0.downsamplers.0.conv.weight");
    CHECK(name("decoder.norm_out.bias") == "decoder.conv_norm_out.bias");
    CHECK(name("decoder.conv_in.weight") == "decoder.conv_in.weight");
    CHECK(name("post_quant_conv.bias") == "post_quant_conv.bias");
    CHECK(name("decoder.mid.attn_1.q.weight") == "decoder.mid_block.attentions.0.to_q.weight");
    CHECK(map.target("first_stage_model.decoder.mid.attn_1.proj_out.weight")->change ==
          Change::to_linear);
}

TEST_CASE("OpenCLIP's layers are split, and its projection is turned") {
    const NameMap map = map_of(test::sdxl_shapes());
    const std::string second = "conditioner.embedders.1.model.";
    const auto split = map.target(second + "transformer.resblocks.31.attn.in_proj_weight");
    REQUIRE(split);
    CHECK(split->name == "text_model.encoder.layers.31.self_attn.*_proj.weight");
    CHECK(split->change == Change::split_qkv);
    const auto projection = map.target(second + "text_projection");
    REQUIRE(projection);
    CHECK(projection->name == "text_projection.weight");
    CHECK(projection->change == Change::transpose);
    CHECK(name_in(map, "text_encoder_2", second + "ln_final.weight") ==
          "text_model.final_layer_norm.weight");
    CHECK(name_in(map, "text_encoder",
                  "conditioner.embedders.0.transformer.text_model.final_layer_norm.bias") ==
          "text_model.final_layer_norm.bias");
}

TEST_CASE("what no picture passes through belongs to nothing") {
    const NameMap sd2 = map_of(test::sd2_shapes());
    const std::string clip = "cond_stage_model.model.";
    CHECK_FALSE(sd2.target(clip + "transformer.resblocks.23.ln_1.weight"));
    CHECK(sd2.target(clip + "transformer.resblocks.22.ln_1.weight"));
    CHECK_FALSE(sd2.target(clip + "text_projection"));
    CHECK_FALSE(sd2.target(clip + "logit_scale"));
    for (const char* name : {"model_ema.decay", "alphas_cumprod", "global_step",
                             "first_stage_model.loss.discriminator.main.0.weight"}) {
        INFO(name);
        CHECK_FALSE(sd2.target(name));
    }
}

TEST_CASE("a name that follows no rule stays, so that it is found too many") {
    const NameMap map = map_of(test::sd1_shapes());
    CHECK(name_in(map, "unet", "model.diffusion_model.new_thing.weight") == "new_thing.weight");
    CHECK(name_in(map, "unet", "model.diffusion_model.input_blocks.1.0.new.weight") ==
          "down_blocks.0.resnets.0.new.weight");
}

}  // namespace
}  // namespace gotong::ldm
