#include "common/model/family.h"

#include "common/json/strict.h"
#include "common/model/config_json.h"
#include "common/text/printable.h"

namespace gotong::model {
namespace {

constexpr std::size_t kMaxConfigText = 1U << 20U;
constexpr int kInpaintChannels = 9;  // Latent, masked latent, mask.

constexpr std::array kPipelines{
    PipelineKind{"StableDiffusionPipeline", false},
    PipelineKind{"StableDiffusionImg2ImgPipeline", false},
    PipelineKind{"StableDiffusionInpaintPipeline", false},
    PipelineKind{"LatentConsistencyModelPipeline", false},
    PipelineKind{"LatentConsistencyModelImg2ImgPipeline", false},
    PipelineKind{"StableDiffusionXLPipeline", true},
    PipelineKind{"StableDiffusionXLImg2ImgPipeline", true},
    PipelineKind{"StableDiffusionXLInpaintPipeline", true},
};

Failure other_pipeline(const std::string& found) {
    std::string known;
    for (const PipelineKind& pipeline : kPipelines)
        known += (known.empty() ? "" : ", ") + std::string(pipeline.name);
    return fail(ErrorCode::unimplemented,
                "model_index.json names the pipeline " + text::printable(found) +
                    "; this version renders Stable Diffusion 1, 2 and XL: " + known,
                "_class_name");
}

Result<PipelineKind> pipeline_of(const nlohmann::json& index) {
    const auto name = index.find("_class_name");
    const std::string found =
        name != index.end() && name->is_string() ? name->get<std::string>() : "nothing";
    if (const auto pipeline = pipeline_named(found)) return *pipeline;
    return other_pipeline(found);
}

}  // namespace

std::optional<PipelineKind> pipeline_named(std::string_view name) {
    for (const PipelineKind& pipeline : kPipelines)
        if (pipeline.name == name) return pipeline;
    return std::nullopt;
}

Result<nlohmann::json> config_json(const ModelView& view, const std::string& path) {
    const auto text = view.config(path);
    if (!text) return Failure{text.error()};
    auto config = json::parse_strict(*text, {.bytes = kMaxConfigText});
    if (!config) return Failure{config.error().during(path)};
    if (!config->is_object())
        return fail(ErrorCode::invalid_argument, path + ": must be a JSON object");
    return config;
}

Result<std::string> family_of(const ModelView& view) {
    if (view.checkpoint()) return view.checkpoint()->family();
    const auto index = config_json(view, "model_index.json");
    if (!index) return Failure{index.error()};
    const auto pipeline = pipeline_of(*index);
    if (!pipeline) return Failure{pipeline.error()};
    const auto unet = config_json(view, "unet/config.json");
    if (!unet) return Failure{unet.error()};
    // What tells the second from the first: linear layers around the transformers.
    const bool linear = unet->value("use_linear_projection", nlohmann::json()) == true;
    const bool inpaint = unet->value("in_channels", nlohmann::json()) == kInpaintChannels;
    const std::string base = pipeline->is_xl ? "sdxl" : linear ? "sd2" : "sd1";
    return base + (inpaint ? "-inpaint" : "");
}

bool is_for_inpainting(std::string_view family) { return family.ends_with("-inpaint"); }

FamilyParts parts_of(std::string_view family) {
    if (!family.starts_with("sdxl")) return {{"text_encoder", "unet", "vae"}, {"tokenizer"}};
    return {{"text_encoder", "text_encoder_2", "unet", "vae"}, {"tokenizer", "tokenizer_2"}};
}

}  // namespace gotong::model
