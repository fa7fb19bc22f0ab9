#include "common/ldm/checkpoint.h"

#include <array>
#include <utility>

#include "common/ldm/shapes.h"

namespace gotong::ldm {
namespace {

constexpr const char* kUnet = "model.diffusion_model.";
constexpr const char* kFirstConv = "model.diffusion_model.input_blocks.0.0.weight";
constexpr std::int64_t kLatentChannels = 4;
constexpr std::int64_t kInpaintChannels = 9;  // Latent, masked latent, mask.

// What a file of another kind gives itself away by.
struct OtherKind {
    const char* prefix;
    const char* what;
};
constexpr std::array kOthers{
    OtherKind{"control_model.", "a ControlNet"},
    OtherKind{"conditioner.embedders.0.model.", "SDXL's refiner"},
    OtherKind{"edm_mean", "Playground 2.5, whose noise schedule is EDM's"},
    OtherKind{"edm_vpred.", "CosXL, whose noise schedule is EDM's"},
    OtherKind{"model.diffusion_model.joint_blocks.", "Stable Diffusion 3"},
    OtherKind{"joint_blocks.", "Stable Diffusion 3's denoiser"},
    OtherKind{"model.diffusion_model.double_blocks.", "FLUX"},
    OtherKind{"double_blocks.", "FLUX's denoiser"},
    OtherKind{"lora_", "a LoRA"},
    OtherKind{"unet.", "a LoRA, or a part under the names of the diffusers layout"},
    OtherKind{"down_blocks.", "a denoiser under the names of the diffusers layout"},
    OtherKind{"text_model.", "a text encoder alone"},
    OtherKind{"emb_params", "a textual inversion"},
};

Failure unsupported(const std::string& what) { return fail(ErrorCode::unimplemented, what); }

Result<> refuse_other_kinds(const safetensors::Header& header) {
    for (const auto& [prefix, what] : kOthers) {
        if (has_prefix(header, prefix))
            return unsupported(std::string("it is ") + what + " (it has \"" + prefix +
                               "...\"); Stable Diffusion 1, 2 and XL are what this version loads "
                               "as one file");
    }
    if (header.contains(kFirstConv)) return {};
    return unsupported(std::string("it is no Stable Diffusion checkpoint: it has no tensor \"") +
                       kFirstConv + "\"");
}

// SDXL's two encoders, SD 2's OpenCLIP, SD 1's CLIP: whichever are there.
Result<> find_encoders(Checkpoint& checkpoint) {
    constexpr const char* kClip = "cond_stage_model.transformer.";
    constexpr const char* kOpenClip = "cond_stage_model.model.";
    constexpr const char* kFirst = "conditioner.embedders.0.transformer.";
    constexpr const char* kSecond = "conditioner.embedders.1.model.";
    const auto has = [&](const char* prefix) { return has_prefix(checkpoint.header, prefix); };
    if (has(kFirst) && has(kSecond)) {
        checkpoint.base = Base::sdxl;
        checkpoint.encoders = {{"text_encoder", kFirst, false, 0},
                               {"text_encoder_2", kSecond, true, 0}};
    } else if (has(kOpenClip)) {
        checkpoint.base = Base::sd2;
        checkpoint.encoders = {{"text_encoder", kOpenClip, true, 0}};
    } else if (has(kClip)) {
        checkpoint.base = Base::sd1;
        checkpoint.encoders = {{"text_encoder", kClip, false, 0}};
    } else {
        return fail(ErrorCode::invalid_argument,
                    std::string("it holds no text encoder: no tensors \"") + kClip + "...\", \"" +
                        kOpenClip + "...\", or both of \"" + kFirst + "...\" and \"" + kSecond +
                        "...\"");
    }
    return {};
}

// SD 2's pictures pass through all layers of its encoder but the last. A file that was written from
// an encoder cut already has none to drop, and no projection, which sits behind the last.
void drop_unused_layers(Checkpoint& checkpoint) {
    constexpr std::size_t kWholeEncoder = 24;
    if (checkpoint.base != Base::sd2) return;
    EncoderPlace& encoder = checkpoint.encoders.front();
    const std::size_t layers =
        Shapes(checkpoint.header).numbered(encoder.prefix + "transformer.resblocks.");
    const bool whole = checkpoint.header.contains(encoder.prefix + "text_projection");
    if (layers > 1 && (whole || layers == kWholeEncoder)) encoder.dropped_layers = 1;
}

Result<> find_parts(Checkpoint& checkpoint) {
    checkpoint.unet_prefix = kUnet;
    for (const char* prefix : {"first_stage_model.", "vae."}) {
        if (checkpoint.vae_prefix.empty() && has_prefix(checkpoint.header, prefix))
            checkpoint.vae_prefix = prefix;
    }
    if (checkpoint.vae_prefix.empty())
        return fail(ErrorCode::invalid_argument,
                    "it holds no autoencoder: no tensors \"first_stage_model...\"");
    if (const auto found = find_encoders(checkpoint); !found) return found;
    drop_unused_layers(checkpoint);
    return {};
}

Result<> find_channels(Checkpoint& checkpoint) {
    Shapes shapes(checkpoint.header);
    const std::int64_t channels = shapes.size(kFirstConv, 1);
    if (const auto done = shapes.finish(); !done) return done;
    checkpoint.inpaint = channels == kInpaintChannels;
    if (checkpoint.inpaint || channels == kLatentChannels) return {};
    const char* const what = channels == 8   ? " (InstructPix2Pix has 8)"
                             : channels == 7 ? " (the upscaler has 7)"
                             : channels == 5 ? " (depth-to-image has 5)"
                                             : "";
    return unsupported("its denoiser takes " + std::to_string(channels) + " channels" + what +
                       "; this version loads those with 4, and with 9 for inpainting");
}

// What the denoiser guesses, and for which size it was trained, is written nowhere. The rules are
// those that everybody applies: SD 2 means the 768 model, but for the step count at which training
// of its 512 base ended; SDXL's finetunes carry a marker.
void find_training(Checkpoint& checkpoint, std::optional<std::int64_t> global_step) {
    constexpr std::int64_t kBaseSteps = 875'000;
    constexpr int kSd1Side = 512;
    constexpr int kSd2Side = 768;
    constexpr int kSdxlSide = 1024;
    checkpoint.side = checkpoint.base == Base::sdxl ? kSdxlSide : kSd1Side;
    if (checkpoint.base == Base::sdxl) {
        checkpoint.v_prediction = checkpoint.header.contains("v_pred");
        checkpoint.zero_terminal_snr = checkpoint.header.contains("ztsnr");
    }
    if (checkpoint.base == Base::sd2 && !checkpoint.inpaint && global_step != kBaseSteps) {
        checkpoint.v_prediction = true;
        checkpoint.side = kSd2Side;
    }
}

}  // namespace

std::string Checkpoint::family() const {
    const char* const name = base == Base::sd1 ? "sd1" : base == Base::sd2 ? "sd2" : "sdxl";
    return std::string(name) + (inpaint ? "-inpaint" : "");
}

Result<Checkpoint> describe(safetensors::Header header, std::optional<std::int64_t> global_step) {
    if (const auto fine = refuse_other_kinds(header); !fine) return Failure{fine.error()};
    Checkpoint checkpoint;
    checkpoint.header = std::move(header);
    if (const auto found = find_parts(checkpoint); !found) return Failure{found.error()};
    if (const auto found = find_channels(checkpoint); !found) return Failure{found.error()};
    find_training(checkpoint, global_step);
    return checkpoint;
}

Result<Checkpoint> open_checkpoint(const std::filesystem::path& file) {
    auto header = safetensors::read_header(file);
    if (!header) return Failure{header.error()};
    // A step count of another type than a whole number tells nothing.
    const auto step = safetensors::read_integer(file, "global_step");
    auto checkpoint = describe(*std::move(header), step ? std::optional{*step} : std::nullopt);
    if (!checkpoint) return Failure{checkpoint.error().during(file.filename().string())};
    return checkpoint;
}

}  // namespace gotong::ldm
