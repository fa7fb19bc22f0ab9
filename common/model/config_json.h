// A model's config as JSON, for the few values that the catalogue needs. Private to common/model.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/model/model_view.h"
#include "common/result.h"

namespace gotong::model {

// Errors: those of ModelView::config(); invalid_argument where it is no JSON object.
Result<nlohmann::json> config_json(const ModelView& view, const std::string& path);

}  // namespace gotong::model
