// Which picture sizes a model takes, from its configs. Private to common/model.
#pragma once

#include "common/model/manifest.h"
#include "common/model/model_view.h"
#include "common/result.h"

namespace gotong::model {

// Fills the manifest's default, multiple and largest sizes. Errors: those of ModelView::config();
// invalid_argument naming file and key.
Result<> fill_sizes(const ModelView& view, ModelManifest& manifest);

}  // namespace gotong::model
