#include "worker/engine/stages/condition.h"

#include <ATen/Functions.h>

#include "worker/engine/stages/tensors.h"

namespace gotong::engine {
namespace {

Result<std::vector<std::int64_t>> tokens(const Model::Parts& model, const std::string& text,
                                         const char* field) {
    auto ids = model.tokenizer.encode(text);
    if (!ids) return fail(ids.error().code, ids.error().message, field);
    return ids;
}

}  // namespace

Result<Prompted> condition(Model::Parts& model, const Request& request, Observer& observer) {
    const auto prompt = tokens(model, request.prompt, "prompt");
    if (!prompt) return Failure{prompt.error()};
    Conditioning seen;
    seen.prompt_ids = *prompt;
    at::Tensor context = model.text_encoder(*prompt);
    const at::Tensor prompt_embeds = plain(context);
    seen.prompt_embeds = view(prompt_embeds);
    if (!is_guided(request)) {
        observer.on_conditioning(seen);
        return Prompted{model.unet.text_keys(context)};
    }
    const auto negative = tokens(model, request.negative_prompt, "negative_prompt");
    if (!negative) return Failure{negative.error()};
    const at::Tensor other = model.text_encoder(*negative);
    const at::Tensor negative_embeds = plain(other);
    seen.negative_ids = *negative;
    seen.negative_embeds = view(negative_embeds);
    observer.on_conditioning(seen);
    return Prompted{model.unet.text_keys(at::cat({other, context}))};
}

}  // namespace gotong::engine
