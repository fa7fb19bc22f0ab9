// The first stage: texts become what the denoiser is told about them.
//
// Corridor: encode/text_stack -> [stages/condition] -> stages/painting
#pragma once

#include "common/result.h"
#include "worker/engine/denoise/prompted.h"
#include "worker/engine/model_parts.h"
#include "worker/engine/request/request.h"

namespace gotong::engine {

// Classifier-free guidance takes a row for the negative prompt, ahead of the prompt's own. A
// denoiser that is told the scale has learned what it would come to.
inline bool is_guided(const ModelInfo& model, const Request& request) {
    return request.guidance > 1 && !model.is_told_guidance;
}

// Reports to observer.on_conditioning(). Each text is encoded by itself, so that neither depends on
// the other. Errors: invalid_argument for a text that is not UTF-8, with its field.
Result<Prompted> condition(Model::Parts& model, const Request& request, Observer& observer);

}  // namespace gotong::engine
