#include "worker/engine/model_folder.h"

#include <initializer_list>

namespace gotong::engine {
namespace {

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

}  // namespace

Result<> check_model_index(ConfigReader index) {
    index.must_be("_class_name", "StableDiffusionPipeline");
    check_part(index, "text_encoder", {"CLIPTextModel"});
    check_part(index, "tokenizer", {"CLIPTokenizer", "CLIPTokenizerFast"});
    check_part(index, "unet", {"UNet2DConditionModel"});
    check_part(index, "vae", {"AutoencoderKL"});
    // Judging pictures is not the engine's part; the scheduler's own file says what it is.
    index.ignore({"safety_checker", "feature_extractor", "requires_safety_checker", "scheduler"});
    index.must_be("image_encoder", nlohmann::json::array({nullptr, nullptr}));
    return index.finish();
}

}  // namespace gotong::engine
