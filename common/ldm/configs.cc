#include "common/ldm/configs.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/ldm/blocks.h"
#include "common/ldm/shapes.h"

namespace gotong::ldm {
namespace {

using Json = nlohmann::json;

// Not to be seen in any shape: fixed where these models were first trained, and by everybody since.
constexpr std::int64_t kHeadWidth = 64;   // Of the text encoders, and of linear transformers.
constexpr int kHeads = 8;                 // Of transformers between convolutions.
constexpr int kGroups = 32;               // Of every group norm.
constexpr int kSizeEmbedding = 256;       // SDXL: values for each of its six size ids.
constexpr double kScaling = 0.18215;      // Latents' standard deviation, inverted...
constexpr double kSdxlScaling = 0.13025;  // ...and of SDXL's autoencoder.

// The same for all, or the list.
template <class T>
Json one_or_list(const std::vector<T>& values) {
    const bool same = std::all_of(values.begin(), values.end(),
                                  [&](const T& value) { return value == values.front(); });
    return same ? Json(values.front()) : Json(values);
}

// A level of the UNet, from the blocks on its way down.
struct Level {
    std::int64_t channels = 0;
    int layers = 0;
    bool attention = false;
    std::size_t depth = 1;  // Transformer blocks in each transformer.
};

std::size_t depth_of(const Checkpoint& checkpoint, const std::string& transformer) {
    return Shapes(checkpoint.header)
        .numbered(checkpoint.unet_prefix + transformer + "transformer_blocks.");
}

// Takes one block into its level, whose blocks must be alike.
void add_block(Level& level, const Block& block, const Checkpoint& checkpoint, Shapes& shapes) {
    if (!block.resnet) return;
    const std::int64_t channels =
        shapes.size(checkpoint.unet_prefix + block.name + "0.out_layers.3.weight", 0);
    const std::size_t depth = block.attention ? depth_of(checkpoint, block.name + "1.") : 1;
    const bool first = level.layers == 0;
    if (!first && (level.channels != channels || level.attention != block.attention ||
                   level.depth != depth)) {
        shapes.unsupported("its denoiser's " + block.name +
                           " differs from the block before it on the same level");
    }
    level = {channels, level.layers + 1, block.attention, depth};
}

std::vector<Level> levels_of(const Checkpoint& checkpoint, const UnetBlocks& blocks,
                             Shapes& shapes) {
    std::vector<Level> levels(blocks.levels);
    for (const Block& block : blocks.down)
        add_block(levels[block.level], block, checkpoint, shapes);
    // The block in the middle is as deep as the lowest level; where that has no transformers of its
    // own, the middle says how deep.
    const std::size_t middle = depth_of(checkpoint, "middle_block.1.");
    if (levels.back().attention && levels.back().depth != middle)
        shapes.unsupported("its denoiser's middle_block.1 is not as deep as its lowest level");
    levels.back().depth = std::max<std::size_t>(middle, 1);
    return levels;
}

void add_levels(Json& config, const Checkpoint& checkpoint, const UnetBlocks& blocks,
                Shapes& shapes) {
    const std::vector<Level> levels = levels_of(checkpoint, blocks, shapes);
    std::vector<std::int64_t> channels;
    std::vector<std::size_t> depths;
    std::vector<int> layers;
    for (const Level& level : levels) {
        channels.push_back(level.channels);
        depths.push_back(level.depth);
        layers.push_back(level.layers);
        config["down_block_types"].push_back(level.attention ? "CrossAttnDownBlock2D"
                                                             : "DownBlock2D");
    }
    std::vector<bool> up(blocks.levels, false);
    for (const Block& block : blocks.up) up[block.level] = up[block.level] || block.attention;
    for (const bool attends : up)
        config["up_block_types"].push_back(attends ? "CrossAttnUpBlock2D" : "UpBlock2D");
    config["block_out_channels"] = channels;
    config["layers_per_block"] = one_or_list(layers);
    config["transformer_layers_per_block"] = one_or_list(depths);
}

void add_attention(Json& config, const Checkpoint& checkpoint, Shapes& shapes) {
    const std::string middle = checkpoint.unet_prefix + "middle_block.1.";
    const bool linear = shapes.rank(middle + "proj_in.weight") == 2;
    config["use_linear_projection"] = linear;
    config["cross_attention_dim"] =
        shapes.size(middle + "transformer_blocks.0.attn2.to_k.weight", 1);
    if (!linear) {
        config["attention_head_dim"] = kHeads;
        return;
    }
    for (const Json& channels : config["block_out_channels"]) {
        const auto width = channels.get<std::int64_t>();
        config["attention_head_dim"].push_back(std::max<std::int64_t>(width / kHeadWidth, 1));
    }
}

std::size_t vae_levels(const Checkpoint& checkpoint) {
    return Shapes(checkpoint.header).numbered(checkpoint.vae_prefix + "decoder.up.");
}

Result<Json> unet_config(const Checkpoint& checkpoint) {
    const auto blocks = unet_blocks(checkpoint);
    if (!blocks) return Failure{blocks.error()};
    Shapes shapes(checkpoint.header);
    const std::string& unet = checkpoint.unet_prefix;
    const std::size_t halvings = std::max<std::size_t>(vae_levels(checkpoint), 1) - 1;
    Json config{{"_class_name", "UNet2DConditionModel"},
                {"sample_size", checkpoint.side >> std::min<std::size_t>(halvings, 8)},
                {"in_channels", shapes.size(unet + "input_blocks.0.0.weight", 1)},
                {"out_channels", shapes.size(unet + "out.2.weight", 0)},
                {"norm_num_groups", kGroups}};
    add_levels(config, checkpoint, *blocks, shapes);
    add_attention(config, checkpoint, shapes);
    if (checkpoint.base == Base::sdxl) {
        config["addition_embed_type"] = "text_time";
        config["addition_time_embed_dim"] = kSizeEmbedding;
        config["projection_class_embeddings_input_dim"] =
            shapes.size(unet + "label_emb.0.0.weight", 1);
    }
    if (const auto done = shapes.finish(); !done) return Failure{done.error()};
    return config;
}

Result<Json> vae_config(const Checkpoint& checkpoint) {
    Shapes shapes(checkpoint.header);
    const std::string decoder = checkpoint.vae_prefix + "decoder.";
    const std::size_t levels = vae_levels(checkpoint);
    Json config{
        {"_class_name", "AutoencoderKL"},
        {"sample_size", checkpoint.side},
        {"norm_num_groups", kGroups},
        {"latent_channels", shapes.size(decoder + "conv_in.weight", 1)},
        {"scaling_factor", checkpoint.base == Base::sdxl ? kSdxlScaling : kScaling},
        {"use_quant_conv", shapes.exists(checkpoint.vae_prefix + "quant_conv.weight")},
        {"use_post_quant_conv", shapes.exists(checkpoint.vae_prefix + "post_quant_conv.weight")},
        {"mid_block_add_attention", shapes.exists(decoder + "mid.attn_1.norm.weight")}};
    for (std::size_t i = 0; i < levels; ++i) {
        config["block_out_channels"].push_back(
            shapes.size(decoder + "up." + std::to_string(i) + ".block.0.conv1.weight", 0));
        config["down_block_types"].push_back("DownEncoderBlock2D");
        config["up_block_types"].push_back("UpDecoderBlock2D");
    }
    // The decoder has one more on each level than the encoder, which is what the config counts.
    const std::size_t layers = shapes.numbered(decoder + "up.0.block.");
    config["layers_per_block"] = std::max<std::size_t>(layers, 2) - 1;
    if (const auto done = shapes.finish(); !done) return Failure{done.error()};
    return config;
}

struct EncoderNames {
    const char* tokens;
    const char* positions;
    const char* layers;
    const char* widening;
};
constexpr EncoderNames kClipNames{"embeddings.token_embedding.weight",
                                  "embeddings.position_embedding.weight", "encoder.layers.",
                                  "mlp.fc1.weight"};
constexpr EncoderNames kOpenClipNames{"token_embedding.weight", "positional_embedding",
                                      "transformer.resblocks.", "mlp.c_fc.weight"};

Result<Json> encoder_config(const Checkpoint& checkpoint, const EncoderPlace& encoder) {
    Shapes shapes(checkpoint.header);
    const EncoderNames& names = encoder.open_clip ? kOpenClipNames : kClipNames;
    // Some files leave out a level of transformers' names.
    const bool inner = has_prefix(checkpoint.header, encoder.prefix + "text_model.");
    const std::string root = encoder.prefix + (inner ? "text_model." : "");
    const std::int64_t width = shapes.size(root + names.tokens, 1);
    Json config{
        {"model_type", "clip_text_model"},
        {"vocab_size", shapes.size(root + names.tokens, 0)},
        {"hidden_size", width},
        {"intermediate_size", shapes.size(root + names.layers + "0." + names.widening, 0)},
        {"num_hidden_layers", shapes.numbered(root + names.layers) - encoder.dropped_layers},
        {"num_attention_heads", std::max<std::int64_t>(width / kHeadWidth, 1)},
        {"max_position_embeddings", shapes.size(root + names.positions, 0)},
        {"layer_norm_eps", 1e-5},
        {"hidden_act", encoder.open_clip ? "gelu" : "quick_gelu"},
        {"bos_token_id", 0},
        {"eos_token_id", 2}};  // As published: the vectors are pooled at the highest id.
    if (encoder.part == "text_encoder_2")
        config["projection_dim"] = shapes.size(root + "text_projection", 1);
    if (const auto done = shapes.finish(); !done) return Failure{done.error()};
    return config;
}

// What diffusers takes for a file of the family.
Json scheduler_config(const Checkpoint& checkpoint) {
    Json config{{"_class_name", "PNDMScheduler"},
                {"beta_schedule", "scaled_linear"},
                {"beta_start", 0.00085},
                {"beta_end", 0.012},
                {"num_train_timesteps", 1000},
                {"clip_sample", false},
                {"set_alpha_to_one", false},
                {"skip_prk_steps", true},
                {"steps_offset", 1},
                {"prediction_type", checkpoint.v_prediction ? "v_prediction" : "epsilon"}};
    if (checkpoint.base == Base::sd2) config["_class_name"] = "DDIMScheduler";
    if (checkpoint.base == Base::sdxl) {
        config["_class_name"] = "EulerDiscreteScheduler";
        config["timestep_spacing"] = "leading";
        config["interpolation_type"] = "linear";
    }
    if (checkpoint.zero_terminal_snr) config["rescale_betas_zero_snr"] = true;
    return config;
}

Json index_of(const Checkpoint& checkpoint) {
    const bool sdxl = checkpoint.base == Base::sdxl;
    const std::string name = std::string("StableDiffusion") + (sdxl ? "XL" : "") +
                             (checkpoint.inpaint ? "Inpaint" : "") + "Pipeline";
    Json index{{"_class_name", name},
               {"scheduler", {"diffusers", scheduler_config(checkpoint)["_class_name"]}},
               {"text_encoder", {"transformers", "CLIPTextModel"}},
               {"tokenizer", {"transformers", "CLIPTokenizer"}},
               {"unet", {"diffusers", "UNet2DConditionModel"}},
               {"vae", {"diffusers", "AutoencoderKL"}}};
    if (sdxl) {
        index["text_encoder_2"] = {"transformers", "CLIPTextModelWithProjection"};
        index["tokenizer_2"] = {"transformers", "CLIPTokenizer"};
        index["force_zeros_for_empty_prompt"] = true;
    }
    return index;
}

Result<Json> config_at(const Checkpoint& checkpoint, std::string_view path) {
    if (path == "model_index.json") return index_of(checkpoint);
    if (path == "scheduler/scheduler_config.json") return scheduler_config(checkpoint);
    if (path == "unet/config.json") return unet_config(checkpoint);
    if (path == "vae/config.json") return vae_config(checkpoint);
    for (const EncoderPlace& encoder : checkpoint.encoders)
        if (path == encoder.part + "/config.json") return encoder_config(checkpoint, encoder);
    return fail(ErrorCode::not_found,
                "a checkpoint of " + checkpoint.family() + " has no " + std::string(path));
}

}  // namespace

Result<std::string> diffusers_config(const Checkpoint& checkpoint, std::string_view path) {
    const auto config = config_at(checkpoint, path);
    if (!config) return Failure{config.error()};
    return config->dump();
}

}  // namespace gotong::ldm
