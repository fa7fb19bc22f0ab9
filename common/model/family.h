// The families of models that this version renders, and what each is made of.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/model_view.h"
#include "common/result.h"

namespace gotong::model {

inline constexpr std::array<std::string_view, 6> kFamilies{
    "sd1", "sd1-inpaint", "sd2", "sd2-inpaint", "sdxl", "sdxl-inpaint"};

// Errors: unimplemented for a pipeline of another kind, which is named; those of
// ModelView::config() and of configs that cannot be read.
Result<std::string> family_of(const ModelView& view);

struct FamilyParts {
    std::vector<std::string> weights;  // "unet"
    std::vector<std::string> tokenizers;
};
FamilyParts parts_of(std::string_view family);

}  // namespace gotong::model
