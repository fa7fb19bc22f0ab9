// The tensors of an ldm checkpoint by name and shape, of any size: enough of each block to tell
// what it is. Written from the training code's structure, in the test's own words.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/safetensors/header.h"

namespace gotong::test {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

struct UnetSpec {
    std::vector<std::int64_t> channels;  // By level.
    std::vector<int> depth;              // Transformer blocks on each level; 0: none.
    int middle_depth = 1;
    int layers = 2;
    std::int64_t context = 0;
    bool linear = false;
    std::int64_t in = 4;
};

inline void add_resnet(Shapes& shapes, const std::string& name, std::int64_t out) {
    shapes[name + "in_layers.0.weight"] = {out};
    shapes[name + "out_layers.3.weight"] = {out, out, 3, 3};
}

inline void add_transformer(Shapes& shapes, const std::string& name, const UnetSpec& spec,
                            std::int64_t channels, int depth) {
    shapes[name + "norm.weight"] = {channels};
    shapes[name + "proj_in.weight"] = spec.linear
                                          ? std::vector<std::int64_t>{channels, channels}
                                          : std::vector<std::int64_t>{channels, channels, 1, 1};
    for (int i = 0; i < depth; ++i)
        shapes[name + "transformer_blocks." + std::to_string(i) + ".attn2.to_k.weight"] = {
            channels, spec.context};
}

inline void add_unet(Shapes& shapes, const UnetSpec& spec) {
    const std::string unet = "model.diffusion_model.";
    const auto block = [&](const std::string& name, std::size_t level) {
        add_resnet(shapes, name + "0.", spec.channels[level]);
        if (spec.depth[level] > 0)
            add_transformer(shapes, name + "1.", spec, spec.channels[level], spec.depth[level]);
    };
    const std::size_t levels = spec.channels.size();
    shapes[unet + "input_blocks.0.0.weight"] = {spec.channels[0], spec.in, 3, 3};
    int number = 0;
    for (std::size_t level = 0; level < levels; ++level) {
        for (int i = 0; i < spec.layers; ++i)
            block(unet + "input_blocks." + std::to_string(++number) + ".", level);
        if (level + 1 < levels)
            shapes[unet + "input_blocks." + std::to_string(++number) + ".0.op.weight"] = {
                spec.channels[level], spec.channels[level], 3, 3};
    }
    number = -1;
    for (std::size_t level = levels; level-- > 0;) {
        for (int i = 0; i <= spec.layers; ++i)
            block(unet + "output_blocks." + std::to_string(++number) + ".", level);
        if (level > 0)
            shapes[unet + "output_blocks." + std::to_string(number) +
                   (spec.depth[level] > 0 ? ".2" : ".1") + ".conv.weight"] = {
                spec.channels[level], spec.channels[level], 3, 3};
    }
    add_resnet(shapes, unet + "middle_block.0.", spec.channels.back());
    add_transformer(shapes, unet + "middle_block.1.", spec, spec.channels.back(),
                    spec.middle_depth);
    add_resnet(shapes, unet + "middle_block.2.", spec.channels.back());
    shapes[unet + "out.2.weight"] = {4, spec.channels[0], 3, 3};
}

inline void add_vae(Shapes& shapes, const std::vector<std::int64_t>& channels) {
    const std::string vae = "first_stage_model.";
    shapes[vae + "decoder.conv_in.weight"] = {channels.back(), 4, 3, 3};
    shapes[vae + "quant_conv.weight"] = {8, 8, 1, 1};
    shapes[vae + "post_quant_conv.weight"] = {4, 4, 1, 1};
    shapes[vae + "decoder.mid.attn_1.norm.weight"] = {channels.back()};
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const std::string level = std::to_string(i);
        for (const std::string block : {"0", "1", "2"})
            shapes[vae + "decoder.up." + level + ".block." + block + ".conv1.weight"] = {
                channels[i], channels[i], 3, 3};
        for (const std::string block : {"0", "1"})
            shapes[vae + "encoder.down." + level + ".block." + block + ".conv1.weight"] = {
                channels[i], channels[i], 3, 3};
    }
}

inline void add_clip(Shapes& shapes, const std::string& prefix, std::int64_t width, int layers) {
    const std::string model = prefix + "text_model.";
    shapes[model + "embeddings.token_embedding.weight"] = {49408, width};
    shapes[model + "embeddings.position_embedding.weight"] = {77, width};
    for (int i = 0; i < layers; ++i)
        shapes[model + "encoder.layers." + std::to_string(i) + ".mlp.fc1.weight"] = {4 * width,
                                                                                     width};
}

inline void add_open_clip(Shapes& shapes, const std::string& prefix, std::int64_t width,
                          int layers) {
    shapes[prefix + "token_embedding.weight"] = {49408, width};
    shapes[prefix + "positional_embedding"] = {77, width};
    shapes[prefix + "text_projection"] = {width, width};
    for (int i = 0; i < layers; ++i) {
        const std::string layer = prefix + "transformer.resblocks." + std::to_string(i) + ".";
        shapes[layer + "mlp.c_fc.weight"] = {4 * width, width};
        shapes[layer + "attn.in_proj_weight"] = {3 * width, width};
    }
}

inline Shapes sd1_shapes(std::int64_t in = 4) {
    Shapes shapes;
    add_unet(shapes, {{320, 640, 1280, 1280}, {1, 1, 1, 0}, 1, 2, 768, false, in});
    add_vae(shapes, {128, 256, 512, 512});
    add_clip(shapes, "cond_stage_model.transformer.", 768, 12);
    return shapes;
}

inline Shapes sd2_shapes() {
    Shapes shapes;
    add_unet(shapes, {{320, 640, 1280, 1280}, {1, 1, 1, 0}, 1, 2, 1024, true, 4});
    add_vae(shapes, {128, 256, 512, 512});
    add_open_clip(shapes, "cond_stage_model.model.", 1024, 24);
    return shapes;
}

inline Shapes sdxl_shapes() {
    Shapes shapes;
    add_unet(shapes, {{320, 640, 1280}, {0, 2, 10}, 10, 2, 2048, true, 4});
    shapes["model.diffusion_model.label_emb.0.0.weight"] = {1280, 2816};
    add_vae(shapes, {128, 256, 512, 512});
    add_clip(shapes, "conditioner.embedders.0.transformer.", 768, 12);
    add_open_clip(shapes, "conditioner.embedders.1.model.", 1280, 32);
    return shapes;
}

// Small enough to lie on a disk; of the kind of SD 1.
inline Shapes tiny_shapes() {
    Shapes shapes;
    add_unet(shapes, {{32, 64}, {1, 0}, 1, 1, 64, false, 4});
    add_vae(shapes, {32, 32, 32, 32});
    shapes["cond_stage_model.transformer.text_model.embeddings.token_embedding.weight"] = {8, 64};
    return shapes;
}

inline safetensors::Header header_of(const Shapes& shapes) {
    safetensors::Header header;
    for (const auto& [name, shape] : shapes) header[name] = {"F16", shape, 0, 0};
    return header;
}

// A sound file of fp16 zeros.
inline void write_safetensors(const std::filesystem::path& path, const Shapes& shapes) {
    nlohmann::json header = nlohmann::json::object();
    std::uint64_t end = 0;
    for (const auto& [name, shape] : shapes) {
        std::uint64_t bytes = 2;
        for (const std::int64_t side : shape) bytes *= static_cast<std::uint64_t>(side);
        header[name] = {{"dtype", "F16"}, {"shape", shape}, {"data_offsets", {end, end + bytes}}};
        end += bytes;
    }
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&length), sizeof length);
    file << text << std::string(end, '\0');
}

}  // namespace gotong::test
