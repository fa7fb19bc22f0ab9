#include "tests/worker/engine/relatives.h"

#include <cstdint>
#include <map>
#include <vector>

namespace gotong::engine::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kHalf = 2;  // Bytes of a weight; the demo's are all F16.

constexpr std::size_t kProjection = 24;  // Of XL's second text encoder.
constexpr std::size_t kSizeWidth = 8;
constexpr std::size_t kAdded = kProjection + 6 * kSizeWidth;
constexpr std::size_t kGuidance = 16;  // Width of the scale's waves.
constexpr std::size_t kInpainting = 9;

struct Tensor {
    std::vector<std::size_t> shape;
    std::string bytes;
};
using Tensors = std::map<std::string, Tensor>;

Tensors read_tensors(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    std::uint64_t length = 0;
    bytes.copy(reinterpret_cast<char*>(&length), sizeof length);
    Tensors tensors;
    const auto header = json::parse(bytes.substr(sizeof length, length));
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") continue;
        const std::size_t begin = entry["data_offsets"][0];
        const std::size_t end = entry["data_offsets"][1];
        tensors[name] = {entry["shape"], bytes.substr(sizeof length + length + begin, end - begin)};
    }
    return tensors;
}

void write_tensors(const fs::path& path, const Tensors& tensors) {
    json header = json::object();
    std::string data;
    for (const auto& [name, tensor] : tensors) {
        const std::size_t begin = data.size();
        data += tensor.bytes;
        header[name] = {
            {"dtype", "F16"}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
    }
    const std::string text = header.dump();
    const std::uint64_t size = text.size();
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(&size), sizeof size);
    out << text << data;
}

// A tensor of any shape whose values are those of `source`, over and over.
Tensor borrowed(const Tensor& source, std::vector<std::size_t> shape) {
    std::size_t wanted = kHalf;
    for (const std::size_t dimension : shape) wanted *= dimension;
    std::string bytes;
    while (bytes.size() < wanted) bytes += source.bytes;
    bytes.resize(wanted);
    return {std::move(shape), std::move(bytes)};
}

const char* const kUnet = "unet/diffusion_pytorch_model.safetensors";

// The UNet's weights with some changed or added, borrowing from one of its larger layers.
template <class Change>
void change_unet(const ModelCopy& model, Change change) {
    Tensors tensors = read_tensors(model.path() / kUnet);
    const Tensor source = tensors.at("mid_block.resnets.0.conv1.weight");
    change(tensors, source);
    write_tensors(model.path() / kUnet, tensors);
}

void add_second_text_encoder(const ModelCopy& model, std::size_t projection) {
    const auto copy = [&](const char* from, const char* to) {
        fs::copy(model.path() / from, model.path() / to, fs::copy_options::recursive);
    };
    copy("tokenizer", "tokenizer_2");
    copy("text_encoder", "text_encoder_2");
    const fs::path file = model.path() / "text_encoder_2" / "model.safetensors";
    Tensors tensors = read_tensors(file);
    for (const auto& [name, tensor] : Tensors(tensors)) {
        if (!name.ends_with("mlp.fc1.weight")) continue;
        tensors["text_projection.weight"] = borrowed(tensor, {projection, tensor.shape[1]});
    }
    write_tensors(file, tensors);
    model.edit("text_encoder_2/config.json",
               [&](json& config) { config["projection_dim"] = projection; });
}

}  // namespace

void make_xl(const ModelCopy& model) {
    add_second_text_encoder(model, kProjection);
    model.edit("model_index.json", [](json& index) {
        index["_class_name"] = "StableDiffusionXLPipeline";
        index["tokenizer_2"] = index["tokenizer"];
        index["text_encoder_2"] = {"transformers", "CLIPTextModelWithProjection"};
    });
    model.edit("unet/config.json", [](json& config) {
        config["cross_attention_dim"] = 2 * config["cross_attention_dim"].get<int>();
        config["addition_embed_type"] = "text_time";
        config["addition_time_embed_dim"] = kSizeWidth;
        config["projection_class_embeddings_input_dim"] = kAdded;
    });
    change_unet(model, [](Tensors& tensors, const Tensor& source) {
        for (auto& [name, tensor] : tensors) {
            if (!name.ends_with("attn2.to_k.weight") && !name.ends_with("attn2.to_v.weight"))
                continue;
            tensor = borrowed(tensor, {tensor.shape[0], 2 * tensor.shape[1]});
        }
        const std::size_t width = tensors.at("time_embedding.linear_2.bias").shape[0];
        tensors["add_embedding.linear_1.weight"] = borrowed(source, {width, kAdded});
        tensors["add_embedding.linear_1.bias"] = borrowed(source, {width});
        tensors["add_embedding.linear_2.weight"] = borrowed(source, {width, width});
        tensors["add_embedding.linear_2.bias"] = borrowed(source, {width});
    });
}

void tell_guidance(const ModelCopy& model) {
    model.edit("unet/config.json", [](json& config) { config["time_cond_proj_dim"] = kGuidance; });
    change_unet(model, [](Tensors& tensors, const Tensor& source) {
        const std::size_t channels = tensors.at("conv_in.bias").shape[0];
        tensors["time_embedding.cond_proj.weight"] = borrowed(source, {channels, kGuidance});
    });
}

void make_inpainting(const ModelCopy& model) {
    model.edit("unet/config.json", [](json& config) { config["in_channels"] = kInpainting; });
    change_unet(model, [](Tensors& tensors, const Tensor& source) {
        Tensor& first = tensors.at("conv_in.weight");
        first = borrowed(source, {first.shape[0], kInpainting, 3, 3});
    });
}

}  // namespace gotong::engine::test
