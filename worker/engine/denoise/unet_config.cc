#include "worker/engine/denoise/unet_config.h"

#include <algorithm>

namespace gotong::engine {
namespace {

// Far above any model in use, and low enough that no product of them overflows.
constexpr int kMaxLevels = 8;
constexpr int kMaxLayers = 64;
constexpr int kMaxChannels = 16'384;
constexpr int kMaxSampleSize = 4'096;
constexpr int kMaxAddedWidth = 1 << 20;

// Everything that would change the maths and is not built here.
void refuse_other_kinds(ConfigReader& config) {
    config.must_be("_class_name", "UNet2DConditionModel");
    config.must_be("act_fn", "silu");
    config.must_be("mid_block_type", "UNetMidBlock2DCrossAttn");
    config.must_be("resnet_time_scale_shift", "default");
    config.must_be("time_embedding_type", "positional");
    config.must_be("attention_type", "default");
    for (const char* one : {"mid_block_scale_factor", "resnet_out_scale_factor"}) {
        config.must_be(one, 1.0);
    }
    for (const char* kernel : {"conv_in_kernel", "conv_out_kernel"}) config.must_be(kernel, 3);
    for (const char* off : {"center_input_sample", "only_cross_attention", "dual_cross_attention",
                            "resnet_skip_time_act", "class_embeddings_concat"}) {
        config.must_be(off, false);
    }
    for (const char* none :
         {"class_embed_type", "num_class_embeds", "encoder_hid_dim", "encoder_hid_dim_type",
          "num_attention_heads", "reverse_transformer_layers_per_block", "time_embedding_dim",
          "time_embedding_act_fn", "timestep_post_act", "cross_attention_norm"}) {
        config.must_be(none, nullptr);
    }
}

// Keys without effect on a UNet of this kind.
void ignore_idle_keys(ConfigReader& config) {
    // Training only; only with an embedding refused below; for a mid-block refused above.
    config.ignore({"dropout", "addition_embed_type_num_heads", "mid_block_only_cross_attention"});
    // Fused attention accumulates in fp32 anyway, and the reference ignores it there as well.
    config.ignore({"upcast_attention"});
    // What a trainer's running average of weights leaves behind in published configs.
    config.ignore({"decay", "inv_gamma", "min_decay", "optimization_step", "power",
                   "update_after_step", "use_ema_warmup"});
}

// [height, width], one number for both, or null.
void read_sample_size(ConfigReader& config, UnetConfig& unet) {
    const auto* value = config.find("sample_size");
    if (value == nullptr || value->is_null()) return;
    const auto sides = config.integers("sample_size", 2, 0, 1, kMaxSampleSize);
    unet.sample_height = sides[0];
    unet.sample_width = sides[1];
}

// The text as a whole and the sizes, or nothing.
void read_added(ConfigReader& config, UnetConfig& unet) {
    const char* const kWidth = "projection_class_embeddings_input_dim";
    const char* const kSizeWidth = "addition_time_embed_dim";
    const auto* type = config.find("addition_embed_type");
    if (type == nullptr || type->is_null()) {
        config.ignore({kWidth, kSizeWidth});  // Idle.
        return;
    }
    if (*type != "text_time") {
        config.unsupported("addition_embed_type", "the engine knows only \"text_time\"");
    }
    unet.added_width = config.integer(kWidth, 0, 1, kMaxAddedWidth);
    unet.added_size_width = config.integer(kSizeWidth, 0, 2, kMaxChannels);
    if (unet.added_width == 0) config.invalid(kWidth, "is missing");
    if (unet.added_size_width == 0) config.invalid(kSizeWidth, "is missing");
}

// The width of the guidance scale's waves, where the UNet is told it.
void read_guidance(ConfigReader& config, UnetConfig& unet) {
    const char* const kWidth = "time_cond_proj_dim";
    const auto* value = config.find(kWidth);
    if (value == nullptr || value->is_null()) return;
    unet.guidance_width = config.integer(kWidth, 0, 4, kMaxChannels);
}

// Which of a direction's blocks have transformers.
std::vector<bool> attention_of(ConfigReader& config, const std::string& key,
                               const std::string& plain, const std::string& attending,
                               const std::vector<std::string>& missing, std::size_t levels) {
    const auto types = config.text_list(key, missing);
    std::vector<bool> attention(levels, false);
    if (types.size() != levels) {
        config.invalid(key, "must have as many entries as block_out_channels");
        return attention;
    }
    for (std::size_t i = 0; i < levels; ++i) {
        if (types[i] != plain && types[i] != attending) {
            config.unsupported(key, "\"" + types[i] + "\" is not " + plain + " or " + attending);
        }
        attention[i] = types[i] == attending;
    }
    return attention;
}

std::vector<UnetLevel> read_levels(ConfigReader& config) {
    const auto channels = config.integer_list("block_out_channels", {320, 640, 1280, 1280},
                                              kMaxLevels, 1, kMaxChannels);
    const std::size_t n = channels.size();
    const auto layers = config.integers("layers_per_block", n, 2, 1, kMaxLayers);
    // The name is a slip of the format's that can no longer be mended: it counts the heads.
    const auto heads = config.integers("attention_head_dim", n, 8, 1, kMaxChannels);
    const auto context = config.integers("cross_attention_dim", n, 1280, 1, kMaxChannels);
    const auto depth = config.integers("transformer_layers_per_block", n, 1, 1, kMaxLayers);
    const auto down = attention_of(
        config, "down_block_types", "DownBlock2D", "CrossAttnDownBlock2D",
        {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"}, n);
    const auto up = attention_of(
        config, "up_block_types", "UpBlock2D", "CrossAttnUpBlock2D",
        {"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"}, n);
    std::vector<UnetLevel> levels;
    for (std::size_t i = 0; i < n; ++i) {
        levels.push_back(
            {channels[i], layers[i], down[i], up[n - 1 - i], heads[i], context[i], depth[i]});
    }
    return levels;
}

void check_divisors(ConfigReader& config, const UnetConfig& unet) {
    for (std::size_t i = 0; i < unet.levels.size(); ++i) {
        const UnetLevel& level = unet.levels[i];
        if (level.channels % unet.groups != 0) {
            config.invalid("norm_num_groups", "must divide every entry of block_out_channels");
        }
        // The lowest level always attends: the block in the middle has a transformer.
        const bool attends =
            level.attention_down || level.attention_up || i + 1 == unet.levels.size();
        if (attends && level.channels % level.heads != 0) {
            config.invalid("attention_head_dim", "(the number of heads) must divide its channels");
        }
    }
}

}  // namespace

Result<UnetConfig> read_unet_config(ConfigReader& config) {
    refuse_other_kinds(config);
    ignore_idle_keys(config);
    UnetConfig unet;
    read_sample_size(config, unet);
    unet.in_channels = config.integer("in_channels", 4, 1, kMaxChannels);
    unet.out_channels = config.integer("out_channels", 4, 1, kMaxChannels);
    unet.levels = read_levels(config);
    unet.groups = config.integer("norm_num_groups", 32, 1, kMaxChannels);
    unet.epsilon = config.number("norm_eps", 1e-5, 0, 1);
    unet.downsample_padding = config.integer("downsample_padding", 1, 0, 1);
    unet.linear_projection = config.boolean("use_linear_projection", false);
    unet.flip_sin_to_cos = config.boolean("flip_sin_to_cos", true);
    unet.freq_shift = config.number("freq_shift", 0, 0, 1);
    read_added(config, unet);
    read_guidance(config, unet);
    check_divisors(config, unet);
    if (auto done = config.finish(); !done) return Failure{done.error()};
    return unet;
}

}  // namespace gotong::engine
