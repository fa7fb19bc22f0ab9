#include "worker/engine/model_folder.h"

#include <initializer_list>

#include "common/model/family.h"
#include "common/text/printable.h"

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

ModelIndex read_family(ConfigReader& index) {
    const std::string name = index.text("_class_name", "");
    const auto family = model::pipeline_named(name);
    if (!family) {
        index.unsupported("_class_name", "\"" + text::printable(name) + "\"");
        return {};
    }
    return {family->is_xl, family->is_xl && index.boolean("force_zeros_for_empty_prompt", true)};
}

}  // namespace

Result<ModelIndex> check_model_index(ConfigReader index) {
    const ModelIndex found = read_family(index);
    check_part(index, "text_encoder", {"CLIPTextModel"});
    check_part(index, "tokenizer", {"CLIPTokenizer", "CLIPTokenizerFast"});
    if (found.is_xl) {
        check_part(index, "text_encoder_2", {"CLIPTextModelWithProjection"});
        check_part(index, "tokenizer_2", {"CLIPTokenizer", "CLIPTokenizerFast"});
    }
    check_part(index, "unet", {"UNet2DConditionModel"});
    check_part(index, "vae", {"AutoencoderKL"});
    // Judging pictures is not the engine's part; the scheduler's own file says what it is.
    index.ignore({"safety_checker", "feature_extractor", "requires_safety_checker", "scheduler",
                  "add_watermarker"});
    index.must_be("image_encoder", nlohmann::json::array({nullptr, nullptr}));
    if (const auto done = index.finish(); !done) return Failure{done.error()};
    return found;
}

}  // namespace gotong::engine
