#include "worker/engine/model.h"

#include "worker/engine/device.h"
#include "worker/engine/model_folder.h"
#include "worker/engine/model_parts.h"

namespace gotong::engine {
namespace {

namespace fs = std::filesystem;

Result<ClipTextEncoder> load_text_encoder(const fs::path& folder, const Placement& placement) {
    auto json = open_config(folder, "text_encoder");
    if (!json) return Failure{json.error()};
    const auto config = read_clip_text_config(*json);
    if (!config) return Failure{config.error()};
    const auto file = open_weights(folder, "text_encoder", "model");
    if (!file) return Failure{file.error()};
    Weights weights(file->file, file->name, placement);
    ClipTextEncoder encoder(clip_text_scope(weights), *config);
    if (const auto done = weights.finish(); !done) return Failure{done.error()};
    return encoder;
}

Result<Unet> load_unet(const fs::path& folder, const Placement& placement) {
    auto json = open_config(folder, "unet");
    if (!json) return Failure{json.error()};
    const auto config = read_unet_config(*json);
    if (!config) return Failure{config.error()};
    const auto file = open_weights(folder, "unet", "diffusion_pytorch_model");
    if (!file) return Failure{file.error()};
    Weights weights(file->file, file->name, placement);
    Unet unet(weights.root(), *config);
    if (const auto done = weights.finish(); !done) return Failure{done.error()};
    return unet;
}

// In fp32 on every device: its activations overflow fp16 on some models, and it runs once.
Result<VaeDecoder> load_decoder(const fs::path& folder, c10::Device device) {
    auto json = open_config(folder, "vae");
    if (!json) return Failure{json.error()};
    const auto config = read_vae_config(*json);
    if (!config) return Failure{config.error()};
    const auto file = open_weights(folder, "vae", "diffusion_pytorch_model");
    if (!file) return Failure{file.error()};
    Weights weights(file->file, file->name, {device, c10::kFloat});
    VaeDecoder decoder(weights, *config);
    if (const auto done = weights.finish(); !done) return Failure{done.error()};
    return decoder;
}

Failure mismatch(const std::string& what) { return fail(ErrorCode::invalid_argument, what); }

// Do the parts fit one another?
Result<> check_fit(const Model::Parts& parts) {
    const UnetConfig& unet = parts.unet.config();
    const VaeConfig& vae = parts.decoder.config();
    const ClipTextConfig& clip = parts.text_encoder.config();
    if (unet.in_channels != vae.latent_channels || unet.out_channels != vae.latent_channels) {
        return fail(ErrorCode::unimplemented,
                    "unet/config.json: \"in_channels\" and \"out_channels\" must be the " +
                        std::to_string(vae.latent_channels) + " of vae/config.json's " +
                        "\"latent_channels\"; UNets for inpainting are not supported");
    }
    for (const UnetLevel& level : unet.levels) {
        if ((level.attention_down || level.attention_up) && level.context != clip.width) {
            return mismatch(
                "unet/config.json: \"cross_attention_dim\" differs from "
                "text_encoder/config.json's \"hidden_size\"");
        }
    }
    if (parts.tokenizer.max_length() > clip.positions) {
        return mismatch(
            "tokenizer/tokenizer_config.json: \"model_max_length\" exceeds "
            "text_encoder/config.json's \"max_position_embeddings\"");
    }
    if (parts.tokenizer.highest_id() >= clip.vocabulary) {
        return mismatch("tokenizer: ids reach beyond text_encoder/config.json's \"vocab_size\"");
    }
    return {};
}

ModelInfo info_of(const UnetConfig& unet, const VaeConfig& vae, const SchedulerConfig& scheduler) {
    ModelInfo info;
    info.latent_factor = vae.factor();
    info.latent_channels = static_cast<int>(vae.latent_channels);
    info.size_multiple = vae.factor() * unet.size_multiple();
    const bool says = unet.sample_width > 0;
    info.default_width = says ? unet.sample_width * vae.factor() : vae.sample_width;
    info.default_height = says ? unet.sample_height * vae.factor() : vae.sample_height;
    info.max_steps = scheduler.train_steps();
    return info;
}

Result<std::unique_ptr<Model::Parts>> load_parts(const fs::path& folder,
                                                 const Placement& placement) {
    if (const auto index = check_model_index(folder); !index) return Failure{index.error()};
    auto scheduler = load_scheduler_config(folder / "scheduler");
    if (!scheduler) return Failure{scheduler.error()};
    auto tokenizer = ClipTokenizer::load(folder / "tokenizer");
    if (!tokenizer) return Failure{tokenizer.error()};
    auto text_encoder = load_text_encoder(folder, placement);
    if (!text_encoder) return Failure{text_encoder.error()};
    auto unet = load_unet(folder, placement);
    if (!unet) return Failure{unet.error()};
    auto decoder = load_decoder(folder, placement.device);
    if (!decoder) return Failure{decoder.error()};
    const ModelInfo info = info_of(unet->config(), decoder->config(), *scheduler);
    auto parts = std::make_unique<Model::Parts>(
        Model::Parts{placement, info, *std::move(tokenizer), *std::move(text_encoder),
                     *std::move(unet), *std::move(decoder), *std::move(scheduler)});
    if (const auto fit = check_fit(*parts); !fit) return Failure{fit.error()};
    return parts;
}

}  // namespace

Model::Model(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Model::~Model() = default;

const ModelInfo& Model::info() const { return parts_->info; }

Result<std::unique_ptr<Model>> Model::load(const fs::path& diffusers_folder,
                                           const DeviceOptions& options) {
    return guarded([&]() -> Result<std::unique_ptr<Model>> {
        const auto placement = choose_device(options);
        if (!placement) return Failure{placement.error()};
        auto parts = load_parts(diffusers_folder, *placement);
        if (!parts) return Failure{parts.error().during(diffusers_folder.string())};
        return std::unique_ptr<Model>(new Model(*std::move(parts)));
    });
}

}  // namespace gotong::engine
