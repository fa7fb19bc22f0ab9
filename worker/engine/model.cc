#include "worker/engine/model.h"

#include "worker/engine/device.h"
#include "worker/engine/model_folder.h"
#include "worker/engine/model_parts.h"
#include "worker/engine/source/model_source.h"

namespace gotong::engine {
namespace {

namespace fs = std::filesystem;

Result<ClipTextEncoder> load_text_encoder(const ModelSource& source, const Placement& placement) {
    auto json = source.config("text_encoder");
    if (!json) return Failure{json.error()};
    const auto config = read_clip_text_config(*json);
    if (!config) return Failure{config.error()};
    const auto part = source.weights("text_encoder");
    if (!part) return Failure{part.error()};
    Weights weights(*part, placement);
    ClipTextEncoder encoder(clip_text_scope(weights), *config);
    if (const auto done = weights.finish(); !done) return Failure{done.error()};
    return encoder;
}

Result<Unet> load_unet(const ModelSource& source, const Placement& placement) {
    auto json = source.config("unet");
    if (!json) return Failure{json.error()};
    const auto config = read_unet_config(*json);
    if (!config) return Failure{config.error()};
    const auto part = source.weights("unet");
    if (!part) return Failure{part.error()};
    Weights weights(*part, placement);
    Unet unet(weights.root(), *config);
    if (const auto done = weights.finish(); !done) return Failure{done.error()};
    return unet;
}

// In fp32 on every device: its activations overflow fp16 on some models, and it runs once.
Result<VaeDecoder> load_decoder(const ModelSource& source, c10::Device device) {
    auto json = source.config("vae");
    if (!json) return Failure{json.error()};
    const auto config = read_vae_config(*json);
    if (!config) return Failure{config.error()};
    const auto part = source.weights("vae");
    if (!part) return Failure{part.error()};
    Weights weights(*part, {device, c10::kFloat});
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

Result<std::unique_ptr<Model::Parts>> load_parts(const fs::path& path, const Placement& placement) {
    const auto source = ModelSource::open(path);
    if (!source) return Failure{source.error()};
    const auto index = source->index();
    if (!index) return Failure{index.error()};
    if (const auto fine = check_model_index(*index); !fine) return Failure{fine.error()};
    auto scheduler = source->scheduler();
    if (!scheduler) return Failure{scheduler.error()};
    auto tokenizer = source->tokenizer("tokenizer");
    if (!tokenizer) return Failure{tokenizer.error()};
    auto text_encoder = load_text_encoder(*source, placement);
    if (!text_encoder) return Failure{text_encoder.error()};
    auto unet = load_unet(*source, placement);
    if (!unet) return Failure{unet.error()};
    auto decoder = load_decoder(*source, placement.device);
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

Result<std::unique_ptr<Model>> Model::load(const fs::path& path, const DeviceOptions& options) {
    return guarded([&]() -> Result<std::unique_ptr<Model>> {
        const auto placement = choose_device(options);
        if (!placement) return Failure{placement.error()};
        auto parts = load_parts(path, *placement);
        if (!parts) return Failure{parts.error().during(path.string())};
        return std::unique_ptr<Model>(new Model(*std::move(parts)));
    });
}

}  // namespace gotong::engine
