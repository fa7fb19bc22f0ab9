#include "worker/engine/model_folder.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <system_error>

#include "common/text/printable.h"

namespace gotong::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIndex = "model_index.json";

// A part is listed as ["library", "Class"].
void check_part(ConfigReader& index, const std::string& key,
                std::initializer_list<const char*> classes) {
    const auto names = index.text_list(key, {});
    if (names.size() != 2) {
        index.invalid(key, "must be a library and a class");
        return;
    }
    std::string known;
    for (const char* each : classes) {
        if (names[1] == each) return;
        known += known.empty() ? each : std::string(" or ") + each;
    }
    index.unsupported(key, "\"" + names[1] + "\" is not " + known);
}

// Pipelines that are made of the same parts; what they do with a picture is the request's choice.
struct Family {
    std::string_view pipeline;
    bool is_xl;
};
constexpr std::array kFamilies{
    Family{"StableDiffusionPipeline", false},
    Family{"StableDiffusionImg2ImgPipeline", false},
    Family{"StableDiffusionInpaintPipeline", false},
    Family{"LatentConsistencyModelPipeline", false},
    Family{"LatentConsistencyModelImg2ImgPipeline", false},
    Family{"StableDiffusionXLPipeline", true},
    Family{"StableDiffusionXLImg2ImgPipeline", true},
    Family{"StableDiffusionXLInpaintPipeline", true},
};

ModelIndex read_family(ConfigReader& index) {
    const std::string name = index.text("_class_name", "");
    const auto family = std::find_if(kFamilies.begin(), kFamilies.end(),
                                     [&](const Family& it) { return it.pipeline == name; });
    if (family == kFamilies.end()) {
        index.unsupported("_class_name", "\"" + text::printable(name) + "\"");
        return {};
    }
    return {family->is_xl, family->is_xl && index.boolean("force_zeros_for_empty_prompt", true)};
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

// Why there is no weight file to open, as helpful as can be.
Failure no_weights(const fs::path& folder, const std::string& part, const std::string& stem) {
    const std::string wanted = part + "/" + stem + ".safetensors";
    if (is_there(folder / part / (stem + ".safetensors.index.json"))) {
        return fail(ErrorCode::unimplemented, wanted + ": comes in several pieces; join them");
    }
    for (const char* pickle : {"diffusion_pytorch_model.bin", "pytorch_model.bin"}) {
        if (!is_there(folder / part / pickle)) continue;
        return fail(ErrorCode::unimplemented,
                    part + "/" + pickle + ": a pickle can run code when it is read; convert it " +
                        "to " + wanted);
    }
    return fail(ErrorCode::not_found, wanted + ": no such file");
}

}  // namespace

Result<ModelIndex> check_model_index(const fs::path& folder) {
    auto index = ConfigReader::open(folder / kIndex, kIndex);
    if (!index) return Failure{index.error()};
    const ModelIndex found = read_family(*index);
    check_part(*index, "text_encoder", {"CLIPTextModel"});
    check_part(*index, "tokenizer", {"CLIPTokenizer", "CLIPTokenizerFast"});
    if (found.is_xl) {
        check_part(*index, "text_encoder_2", {"CLIPTextModelWithProjection"});
        check_part(*index, "tokenizer_2", {"CLIPTokenizer", "CLIPTokenizerFast"});
    }
    check_part(*index, "unet", {"UNet2DConditionModel"});
    check_part(*index, "vae", {"AutoencoderKL"});
    // Judging pictures is not the engine's part; the scheduler's own file says what it is.
    index->ignore({"safety_checker", "feature_extractor", "requires_safety_checker", "scheduler",
                   "add_watermarker"});
    index->must_be("image_encoder", nlohmann::json::array({nullptr, nullptr}));
    if (const auto done = index->finish(); !done) return Failure{done.error()};
    return found;
}

Result<ConfigReader> open_config(const fs::path& folder, const std::string& part) {
    return ConfigReader::open(folder / part / "config.json", part + "/config.json");
}

Result<WeightFile> open_weights(const fs::path& folder, const std::string& part,
                                const std::string& stem) {
    for (const char* suffix : {".safetensors", ".fp16.safetensors"}) {
        const fs::path path = folder / part / (stem + suffix);
        if (!is_there(path)) continue;
        auto file = SafetensorsFile::open(path);
        if (!file) return Failure{file.error()};
        return WeightFile{*std::move(file), part + "/" + stem + suffix};
    }
    return no_weights(folder, part, stem);
}

}  // namespace gotong::engine
