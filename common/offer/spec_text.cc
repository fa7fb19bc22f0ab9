#include "common/offer/spec_text.h"

#include "common/crypto/digest.h"
#include "common/json/object_text.h"

namespace gotong {
namespace {

std::string original_text(const Original& original) {
    json::ObjectText text;
    if (original.mask) text.text("mask", crypto::to_hex(*original.mask));
    text.text("picture", crypto::to_hex(original.picture))
        .text("strength", decimal_text(original.strength))
        .text("strengthRule", sampling::name_of(original.rule));
    return text.done();
}

}  // namespace

std::string spec_text(const RenderSpec& spec) {
    json::ObjectText text;
    text.text("guidance", decimal_text(spec.guidance))
        .number("height", spec.height)
        .text("model", spec.model)
        .text("negativePrompt", spec.negative_prompt);
    if (spec.original) text.json("original", original_text(*spec.original));
    text.boolean("private", spec.is_private)
        .text("prompt", spec.prompt)
        .text("sampler", spec.sampler)
        .text("schedule", spec.schedule)
        .text("seed", std::to_string(spec.seed))
        .number("steps", spec.steps)
        .number("width", spec.width);
    return text.done();
}

}  // namespace gotong
