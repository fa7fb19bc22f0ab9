#include "worker/engine/model_folder.h"

#include <array>
#include <initializer_list>
#include <system_error>

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

Result<> check_model_index(const fs::path& folder) {
    auto index = ConfigReader::open(folder / kIndex, kIndex);
    if (!index) return Failure{index.error()};
    index->must_be("_class_name", "StableDiffusionPipeline");
    check_part(*index, "text_encoder", {"CLIPTextModel"});
    check_part(*index, "tokenizer", {"CLIPTokenizer", "CLIPTokenizerFast"});
    check_part(*index, "unet", {"UNet2DConditionModel"});
    check_part(*index, "vae", {"AutoencoderKL"});
    // Judging pictures is not the engine's part; the scheduler's own file says what it is.
    index->ignore({"safety_checker", "feature_extractor", "requires_safety_checker", "scheduler"});
    index->must_be("image_encoder", nlohmann::json::array({nullptr, nullptr}));
    return index->finish();
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
