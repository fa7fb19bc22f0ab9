#include "common/ldm/names.h"

#include <array>

#include "common/ldm/blocks.h"
#include "common/ldm/shapes.h"

namespace gotong::ldm {

// Names within a module, where the two layouts differ.
struct NameMap::Tables {
    static constexpr std::array kUnetResnet{
        Inner{"in_layers.0.", "norm1."},          Inner{"in_layers.2.", "conv1."},
        Inner{"emb_layers.1.", "time_emb_proj."}, Inner{"out_layers.0.", "norm2."},
        Inner{"out_layers.3.", "conv2."},         Inner{"skip_connection.", "conv_shortcut."}};
    static constexpr std::array kVaeResnet{Inner{"nin_shortcut.", "conv_shortcut."}};
    static constexpr std::array kVaeAttention{
        Inner{"norm.", "group_norm."}, Inner{"q.", "to_q.", Change::to_linear},
        Inner{"k.", "to_k.", Change::to_linear}, Inner{"v.", "to_v.", Change::to_linear},
        Inner{"proj_out.", "to_out.0.", Change::to_linear}};
    static constexpr std::array kOpenClipLayer{
        Inner{"ln_1.", "layer_norm1."},
        Inner{"ln_2.", "layer_norm2."},
        Inner{"attn.in_proj_weight", "self_attn.*_proj.weight", Change::split_qkv},
        Inner{"attn.in_proj_bias", "self_attn.*_proj.bias", Change::split_qkv},
        Inner{"attn.out_proj.", "self_attn.out_proj."},
        Inner{"mlp.c_fc.", "mlp.fc1."},
        Inner{"mlp.c_proj.", "mlp.fc2."}};
    static constexpr std::array kTransposed{Inner{"", "", Change::transpose}};
    static constexpr std::span<const Inner> kAsIs{};
};

void NameMap::add_unet(const Checkpoint& checkpoint) {
    static constexpr std::array<std::pair<const char*, const char*>, 11> kRenamed{{
        {"", ""},
        {"time_embed.0.", "time_embedding.linear_1."},
        {"time_embed.2.", "time_embedding.linear_2."},
        {"label_emb.0.0.", "add_embedding.linear_1."},
        {"label_emb.0.2.", "add_embedding.linear_2."},
        {"input_blocks.0.0.", "conv_in."},
        {"middle_block.1.", "mid_block.attentions.0."},
        {"out.0.", "conv_norm_out."},
        {"out.2.", "conv_out."},
        {"middle_block.0.", "mid_block.resnets.0."},
        {"middle_block.2.", "mid_block.resnets.1."},
    }};
    for (const auto& [from, to] : kRenamed) {
        const bool resnet = std::string_view(to).starts_with("mid_block.resnets");
        rules_.push_back({checkpoint.unet_prefix + from, "unet", to,
                          resnet ? std::span<const Inner>(Tables::kUnetResnet) : Tables::kAsIs});
    }
}

Result<> NameMap::add_blocks(const Checkpoint& checkpoint) {
    const auto blocks = unet_blocks(checkpoint);
    if (!blocks) return Failure{blocks.error()};
    const auto add = [&](const Block& block, const std::string& way, const std::string& sampler) {
        const std::string from = checkpoint.unet_prefix + block.name;
        const std::string to = way + std::to_string(block.level) + ".";
        const std::string layer = std::to_string(block.layer) + ".";
        if (block.resnet)
            rules_.push_back({from + "0.", "unet", to + "resnets." + layer, Tables::kUnetResnet});
        if (block.attention)
            rules_.push_back({from + "1.", "unet", to + "attentions." + layer, Tables::kAsIs});
        if (!block.resampler.empty())
            rules_.push_back(
                {from + block.resampler, "unet", to + sampler + ".0.conv.", Tables::kAsIs});
    };
    for (const Block& block : blocks->down) add(block, "down_blocks.", "downsamplers");
    for (const Block& block : blocks->up) add(block, "up_blocks.", "upsamplers");
    return {};
}

void NameMap::add_vae(const Checkpoint& checkpoint) {
    const Shapes shapes(checkpoint.header);
    const std::string& vae = checkpoint.vae_prefix;
    rules_.push_back({vae, "vae", "", Tables::kAsIs});
    for (const char* unused : {"loss.", "model_ema."})
        rules_.push_back({vae + unused, "", "", Tables::kAsIs});
    for (const std::string way : {"encoder.", "decoder."}) {
        const std::string mid = way + "mid_block.";
        rules_.push_back({vae + way + "norm_out.", "vae", way + "conv_norm_out.", Tables::kAsIs});
        rules_.push_back(
            {vae + way + "mid.block_1.", "vae", mid + "resnets.0.", Tables::kVaeResnet});
        rules_.push_back(
            {vae + way + "mid.block_2.", "vae", mid + "resnets.1.", Tables::kVaeResnet});
        rules_.push_back(
            {vae + way + "mid.attn_1.", "vae", mid + "attentions.0.", Tables::kVaeAttention});
        const bool down = way == "encoder.";
        const std::string levels = vae + way + (down ? "down." : "up.");
        const std::size_t count = shapes.numbered(levels);
        for (std::size_t i = 0; i < count; ++i) {
            // The file counts both ways from the picture, diffusers each from its beginning.
            const std::string from = levels + std::to_string(i) + ".";
            const std::string to = way + (down ? "down_blocks." : "up_blocks.") +
                                   std::to_string(down ? i : count - 1 - i) + ".";
            for (std::size_t j = 0; j < shapes.numbered(from + "block."); ++j) {
                const std::string block = std::to_string(j) + ".";
                rules_.push_back(
                    {from + "block." + block, "vae", to + "resnets." + block, Tables::kVaeResnet});
            }
            rules_.push_back({from + (down ? "downsample." : "upsample."), "vae",
                              to + (down ? "downsamplers.0." : "upsamplers.0."), Tables::kAsIs});
        }
    }
}

void NameMap::add_encoder(const EncoderPlace& encoder, const Checkpoint& checkpoint) {
    const std::string& from = encoder.prefix;
    rules_.push_back({from, encoder.part, "", Tables::kAsIs});
    for (const char* unused : {"logit_scale", "attn_mask"})
        rules_.push_back({from + unused, "", "", Tables::kAsIs});
    if (!encoder.open_clip) {
        rules_.push_back({from + "text_projection.", "", "", Tables::kAsIs});
        return;
    }
    const std::string model = "text_model.";
    const bool projects = encoder.part == "text_encoder_2";
    rules_.push_back({from + "text_projection", projects ? encoder.part : "",
                      "text_projection.weight", Tables::kTransposed});
    rules_.push_back({from + "positional_embedding", encoder.part,
                      model + "embeddings.position_embedding.weight", Tables::kAsIs});
    rules_.push_back({from + "token_embedding.", encoder.part,
                      model + "embeddings.token_embedding.", Tables::kAsIs});
    rules_.push_back(
        {from + "ln_final.", encoder.part, model + "final_layer_norm.", Tables::kAsIs});
    const std::string layers = from + "transformer.resblocks.";
    const std::size_t count = Shapes(checkpoint.header).numbered(layers);
    for (std::size_t i = 0; i < count; ++i) {
        const bool used = i < count - encoder.dropped_layers;
        const std::string layer = std::to_string(i) + ".";
        rules_.push_back({layers + layer, used ? encoder.part : "",
                          model + "encoder.layers." + layer, Tables::kOpenClipLayer});
    }
}

Result<NameMap> NameMap::of(const Checkpoint& checkpoint) {
    NameMap map;
    map.add_unet(checkpoint);
    if (const auto added = map.add_blocks(checkpoint); !added) return Failure{added.error()};
    map.add_vae(checkpoint);
    for (const EncoderPlace& encoder : checkpoint.encoders) map.add_encoder(encoder, checkpoint);
    return map;
}

const NameMap::Rule* NameMap::rule_for(std::string_view name) const {
    const Rule* best = nullptr;
    for (const Rule& rule : rules_) {
        if (name.starts_with(rule.from) && (!best || best->from.size() < rule.from.size()))
            best = &rule;
    }
    return best;
}

std::optional<Target> NameMap::target(std::string_view name) const {
    const Rule* const rule = rule_for(name);
    if (!rule || rule->part.empty()) return std::nullopt;
    const std::string_view rest = name.substr(rule->from.size());
    for (const Inner& inner : rule->rest) {
        if (!rest.starts_with(inner.from)) continue;
        const std::string_view kept = rest.substr(inner.from.size());
        return Target{rule->part, rule->to + std::string(inner.to) + std::string(kept),
                      inner.change};
    }
    return Target{rule->part, rule->to + std::string(rest), Change::none};
}

}  // namespace gotong::ldm
