#include "worker/engine/stages/condition.h"

#include <ATen/Functions.h>

#include <array>
#include <optional>

#include "worker/engine/stages/tensors.h"

namespace gotong::engine {
namespace {

Result<ReadText> of_field(Result<ReadText> text, const char* field) {
    if (!text) return fail(text.error().code, text.error().message, field);
    return text;
}

// What Stable Diffusion XL calls original size, crop and target size: the picture as it is asked
// for, uncropped.
std::array<float, kAddedSizes> sizes_of(const Request& request) {
    const auto height = static_cast<float>(request.height);
    const auto width = static_cast<float>(request.width);
    return {height, width, 0, 0, height, width};
}

// Plain copies of a text's tensors, for as long as an observer looks at them.
class Shown {
  public:
    explicit Shown(const ReadText& text) : text_(text), embeds_(plain(text.context)) {
        if (text.pooled.defined()) pooled_ = plain(text.pooled);
    }

    Conditioning::Text seen() const {
        Conditioning::Text seen;
        if (!text_.ids.empty()) seen.ids = text_.ids.front();
        if (text_.ids.size() > 1) seen.ids_2 = text_.ids[1];
        seen.embeds = view(embeds_);
        if (pooled_.defined()) seen.pooled = view(pooled_);
        return seen;
    }

  private:
    const ReadText& text_;
    at::Tensor embeds_, pooled_;
};

void show(const ReadText& prompt, const std::optional<ReadText>& negative,
          std::span<const float> sizes, Observer& observer) {
    const std::array<std::int64_t, 2> shape{1, static_cast<std::int64_t>(sizes.size())};
    const Shown shown(prompt);
    Conditioning seen{.prompt = shown.seen(), .negative = {}, .sizes = {}};
    if (!sizes.empty()) seen.sizes = {sizes, shape};
    std::optional<Shown> shown_negative;
    if (negative) seen.negative = shown_negative.emplace(*negative).seen();
    observer.on_conditioning(seen);
}

at::Tensor above(const at::Tensor& negative, const at::Tensor& prompt) {
    return prompt.defined() ? at::cat({negative, prompt}) : prompt;
}

}  // namespace

Result<Prompted> condition(Model::Parts& model, const Request& request, Observer& observer) {
    const auto prompt = of_field(model.text.read(request.prompt), "prompt");
    if (!prompt) return Failure{prompt.error()};
    std::optional<ReadText> negative;
    if (is_guided(model.info, request)) {
        auto read =
            of_field(model.text.read_negative(request.negative_prompt, *prompt), "negative_prompt");
        if (!read) return Failure{read.error()};
        negative = *std::move(read);
    }
    const auto sizes = sizes_of(request);
    const bool hears_sizes = model.unet.config().added_width > 0;
    show(*prompt, negative, hears_sizes ? std::span<const float>(sizes) : std::span<const float>{},
         observer);
    Told told{prompt->context, prompt->pooled, {sizes.begin(), sizes.end()}, request.guidance};
    if (negative) {
        told.context = above(negative->context, prompt->context);
        told.pooled = above(negative->pooled, prompt->pooled);
    }
    return model.unet.prompted(told);
}

}  // namespace gotong::engine
