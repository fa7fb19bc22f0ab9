// The families of models that this version renders, and what each is made of.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/model_view.h"
#include "common/result.h"

namespace gotong::model {

inline constexpr std::array<std::string_view, 6> kFamilies{
    "sd1", "sd1-inpaint", "sd2", "sd2-inpaint", "sdxl", "sdxl-inpaint"};

// A class of diffusers' that is made of the parts of a family; what it does with a picture is the
// request's choice.
struct PipelineKind {
    std::string_view name;
    bool is_xl = false;
};

// nullopt: no class that this version renders.
std::optional<PipelineKind> pipeline_named(std::string_view name);

// Errors: unimplemented for a pipeline of another kind, which is named; those of
// ModelView::config() and of configs that cannot be read.
Result<std::string> family_of(const ModelView& view);

// Whether its denoiser sees a picture and a mask beside the latent, and makes nothing without.
bool is_for_inpainting(std::string_view family);

struct FamilyParts {
    std::vector<std::string> weights;  // "unet"
    std::vector<std::string> tokenizers;
};
FamilyParts parts_of(std::string_view family);

}  // namespace gotong::model
