#include "worker/engine/model.h"

#include "worker/engine/device.h"
#include "worker/engine/model_folder.h"
#include "worker/engine/model_parts.h"
#include "worker/engine/source/model_source.h"
#include "worker/engine/weigh.h"

namespace gotong::engine {
namespace {

namespace fs = std::filesystem;

// The files are opened anew each time, since the encoder may be wanted again long after the rest.
Result<ClipTextEncoder> load_text_encoder(const fs::path& path, const std::string& part,
                                          const ClipTextConfig& config, ClipTextRole role,
                                          const Placement& placement) {
    const auto source = ModelSource::open(path);
    if (!source) return Failure{source.error()};
    const auto stored = source->weights(part);
    if (!stored) return Failure{stored.error()};
    Weights weights(*stored, placement);
    ClipTextEncoder encoder(weights, config, role);
    if (const auto done = weights.finish(); !done) return Failure{done.error()};
    return encoder;
}

struct Place {
    fs::path path;
    Placement placement;
};

// `suffix` of its folders: "" or "_2". The encoder is not loaded yet.
Result<TextReader> read_text_reader(const ModelSource& source, const std::string& suffix,
                                    ClipTextRole role, const Place& place) {
    const std::string tokenizer_part = "tokenizer" + suffix;
    const std::string encoder_part = "text_encoder" + suffix;
    auto tokenizer = source.tokenizer(tokenizer_part);
    if (!tokenizer) return Failure{tokenizer.error().during(tokenizer_part)};
    auto json = source.config(encoder_part);
    if (!json) return Failure{json.error()};
    const auto config = read_clip_text_config(*json, role);
    if (!config) return Failure{config.error()};
    auto load = [place, encoder_part, config = *config, role] {
        return load_text_encoder(place.path, encoder_part, config, role, place.placement);
    };
    return TextReader{tokenizer_part, encoder_part, *std::move(tokenizer),
                      *config,        role,         std::move(load)};
}

Result<TextStack> load_text(const ModelSource& source, const ModelIndex& index,
                            const Place& place) {
    using enum ClipTextRole::Layer;
    std::vector<TextReader> readers;
    auto first = read_text_reader(source, "", {index.is_xl ? penultimate : last}, place);
    if (!first) return Failure{first.error()};
    readers.push_back(*std::move(first));
    if (index.is_xl) {
        auto second = read_text_reader(source, "_2", {penultimate, true}, place);
        if (!second) return Failure{second.error()};
        readers.push_back(*std::move(second));
    }
    TextStack text(std::move(readers), index.zeros_for_empty_prompt ? TextStack::Empty::is_zeros
                                                                    : TextStack::Empty::is_read);
    if (const auto loaded = text.load(); !loaded) return Failure{loaded.error()};
    return text;
}

Result<Unet> load_unet(const ModelSource& source, const Placement& placement) {
    auto json = source.config("unet");
    if (!json) return Failure{json.error()};
    const auto config = read_unet_config(*json);
    if (!config) return Failure{config.error()};
    const auto stored = source.weights("unet");
    if (!stored) return Failure{stored.error()};
    Weights weights(*stored, placement);
    Unet unet(weights.root(), *config);
    if (const auto done = weights.finish(); !done) return Failure{done.error()};
    return unet;
}

// In fp32 on every device: its activations overflow fp16 on some models, and it runs once.
// Both halves come from one file. The encoder is small beside the rest (a tenth of the bytes that
// Stable Diffusion 1 takes in fp16), so it is always loaded: the files may go afterwards.
struct Autoencoder {
    VaeDecoder decoder;
    std::optional<VaeEncoder> encoder;
};

Result<Autoencoder> load_autoencoder(const ModelSource& source, c10::Device device) {
    auto json = source.config("vae");
    if (!json) return Failure{json.error()};
    const auto config = read_vae_config(*json);
    if (!config) return Failure{config.error()};
    const auto stored = source.weights("vae");
    if (!stored) return Failure{stored.error()};
    Weights weights(*stored, {device, c10::kFloat});
    Autoencoder both{VaeDecoder(weights, *config), std::nullopt};
    if ((weights.root() / "encoder").has_children()) both.encoder.emplace(weights, *config);
    weights.ignore("quant_conv");  // Left behind where somebody cut the encoder off.
    if (const auto done = weights.finish(); !done) return Failure{done.error()};
    return both;
}

Failure mismatch(const std::string& what) { return fail(ErrorCode::invalid_argument, what); }

Result<> check_channels(const UnetConfig& unet, const VaeConfig& vae) {
    const std::int64_t latent = vae.latent_channels;
    const bool inpaints = unet.in_channels == 2 * latent + 1;
    if ((unet.in_channels == latent || inpaints) && unet.out_channels == latent) return {};
    const std::string number = std::to_string(latent);
    return fail(ErrorCode::unimplemented,
                "unet/config.json: \"out_channels\" must be the " + number +
                    " of vae/config.json's \"latent_channels\", and \"in_channels\" " + number +
                    ", or " + std::to_string(2 * latent + 1) + " for inpainting");
}

Result<> check_told(const UnetConfig& unet, const TextStack& text) {
    for (const UnetLevel& level : unet.levels) {
        // The lowest level always attends: the block in the middle has a transformer.
        const bool attends =
            level.attention_down || level.attention_up || &level == &unet.levels.back();
        if (!attends || level.context == text.context_width()) continue;
        return mismatch("unet/config.json: \"cross_attention_dim\" is " +
                        std::to_string(level.context) + "; the text encoders' \"hidden_size\" is " +
                        std::to_string(text.context_width()));
    }
    if (unet.added_width == 0) return {};
    if (text.pooled_width() == 0) {
        return mismatch("unet/config.json: \"addition_embed_type\" asks for a second text encoder");
    }
    const std::int64_t told = text.pooled_width() + kAddedSizes * unet.added_size_width;
    if (unet.added_width == told) return {};
    return mismatch("unet/config.json: \"projection_class_embeddings_input_dim\" must be " +
                    std::to_string(told) +
                    ": text_encoder_2/config.json's \"projection_dim\" and " +
                    std::to_string(kAddedSizes) + " times \"addition_time_embed_dim\"");
}

// Do the parts fit one another?
Result<> check_fit(const Model::Parts& parts) {
    const UnetConfig& unet = parts.unet.config();
    if (const auto ok = check_channels(unet, parts.decoder.config()); !ok) return ok;
    if (const auto ok = check_told(unet, parts.text); !ok) return ok;
    return parts.text.check();
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
    info.extra_channels = static_cast<int>(unet.in_channels - vae.latent_channels);
    info.is_told_guidance = unet.guidance_width > 0;
    return info;
}

Result<ModelIndex> read_index(const ModelSource& source) {
    auto json = source.index();
    if (!json) return Failure{json.error()};
    return check_model_index(*std::move(json));
}

Result<std::uint64_t> weigh_parts(const fs::path& path, const Placement& placement) {
    const auto source = ModelSource::open(path);
    if (!source) return Failure{source.error()};
    const auto index = read_index(*source);
    if (!index) return Failure{index.error()};
    return weigh(*source, *index, placement);
}

Result<std::unique_ptr<Model::Parts>> load_parts(const fs::path& path, const Placement& placement) {
    const auto source = ModelSource::open(path);
    if (!source) return Failure{source.error()};
    const auto index = read_index(*source);
    if (!index) return Failure{index.error()};
    const auto bytes = weigh(*source, *index, placement);
    if (!bytes) return Failure{bytes.error()};
    if (const auto ok = check_room(*source, *index, placement, *bytes); !ok)
        return Failure{ok.error()};
    auto scheduler = source->scheduler();
    if (!scheduler) return Failure{scheduler.error()};
    auto text = load_text(*source, *index, {path, placement});
    if (!text) return Failure{text.error()};
    auto unet = load_unet(*source, placement);
    if (!unet) return Failure{unet.error()};
    auto vae = load_autoencoder(*source, placement.device);
    if (!vae) return Failure{vae.error()};
    ModelInfo info = info_of(unet->config(), vae->decoder.config(), *scheduler);
    info.can_encode = vae->encoder.has_value();
    info.weight_bytes = *bytes;
    auto parts = std::make_unique<Model::Parts>(
        Model::Parts{placement, info, *std::move(text), *std::move(unet), std::move(vae->decoder),
                     std::move(vae->encoder), *std::move(scheduler)});
    if (const auto fit = check_fit(*parts); !fit) return Failure{fit.error()};
    return parts;
}

}  // namespace

Model::Model(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Model::~Model() = default;

const ModelInfo& Model::info() const { return parts_->info; }
std::uint64_t Model::texts_encoded() const { return parts_->text.encoded(); }
bool Model::put_away_texts() { return parts_->text.put_away(); }
void Model::on_want(std::function<bool()> free) { parts_->on_want = std::move(free); }

Result<std::uint64_t> default_model_memory(const DeviceOptions& options) {
    return guarded([&]() -> Result<std::uint64_t> {
        const auto placement = choose_device(options);
        if (!placement) return Failure{placement.error()};
        return default_model_memory(*placement);
    });
}

Result<std::uint64_t> Model::weigh(const fs::path& path, const DeviceOptions& options) {
    return guarded([&]() -> Result<std::uint64_t> {
        const auto placement = choose_device(options);
        if (!placement) return Failure{placement.error()};
        auto bytes = weigh_parts(path, *placement);
        if (!bytes) return Failure{bytes.error().during(path.string())};
        return bytes;
    });
}

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
