#include "worker/engine/request/check.h"

#include <algorithm>
#include <cmath>

namespace gotong::engine {
namespace {

Failure wrong(const std::string& field, const std::string& what) {
    return fail(ErrorCode::invalid_argument, field + " " + what, field);
}

Result<> check_side(const std::string& field, int pixels, int multiple) {
    const int highest = kMaxSide - kMaxSide % multiple;
    if (pixels >= multiple && pixels <= highest && pixels % multiple == 0) return {};
    // Rounded half up in 64 bits: `pixels` may be anything.
    const std::int64_t rounded = (std::int64_t{pixels} + multiple / 2) / multiple * multiple;
    const auto nearest = std::clamp<std::int64_t>(rounded, multiple, highest);
    return wrong(field, "must be a multiple of " + std::to_string(multiple) + " up to " +
                            std::to_string(highest) + " for this model; the nearest is " +
                            std::to_string(nearest));
}

Result<> check_mask(const ModelInfo& model, const Original& original) {
    if (original.mask.empty() && model.extra_channels > 0)
        return wrong("mask", "is missing: this model paints what a mask leaves open");
    const std::size_t pixels = original.picture.rgb.size() / 3;
    if (original.mask.empty() || original.mask.size() == pixels) return {};
    return wrong("mask", "must have as many pixels as the picture");
}

Result<> check_original(const ModelInfo& model, const Request& request) {
    const Original& original = *request.original;
    if (!model.can_encode)
        return fail(ErrorCode::unimplemented,
                    "this model's autoencoder has no encoder: it cannot begin with a picture",
                    "original");
    const Pixels& picture = original.picture;
    const auto bytes = std::size_t{3} * static_cast<std::size_t>(request.width) *
                       static_cast<std::size_t>(request.height);
    if (picture.width != request.width || picture.height != request.height ||
        picture.rgb.size() != bytes)
        return wrong("original", "must have the size of the picture that is asked for");
    if (const auto ok = check_mask(model, original); !ok) return ok;
    return sampling::check_strength(original.rule, static_cast<std::uint32_t>(request.steps),
                                    original.strength);
}

// Is `tensor` [1, channels, height / f, width / f]?
Result<> check_cells(const ModelInfo& model, const Request& request, int channels,
                     const Latent& tensor, const std::string& field) {
    const std::vector<std::int64_t> wanted{1, channels, request.height / model.latent_factor,
                                           request.width / model.latent_factor};
    std::int64_t count = 1;
    for (const std::int64_t dimension : wanted) count *= dimension;
    if (tensor.shape == wanted && tensor.values.size() == static_cast<std::size_t>(count))
        return {};
    std::string spelled;
    for (const std::int64_t dimension : wanted) {
        spelled += (spelled.empty() ? "[" : ", ") + std::to_string(dimension);
    }
    return wrong(field, "must have the shape " + spelled + "] for this model and size");
}

}  // namespace

int steps_made(const Request& request) {
    if (!request.original) return request.steps;
    return static_cast<int>(sampling::steps_made(request.original->rule,
                                                 static_cast<std::uint32_t>(request.steps),
                                                 request.original->strength));
}

Result<> check_request(const ModelInfo& model, const Request& request) {
    if (const auto ok = check_side("width", request.width, model.size_multiple); !ok) return ok;
    if (const auto ok = check_side("height", request.height, model.size_multiple); !ok) return ok;
    if (request.steps < 1 || request.steps > model.max_steps) {
        return wrong("steps", "must be 1 to " + std::to_string(model.max_steps) +
                                  "; the nearest is " +
                                  std::to_string(std::clamp(request.steps, 1, model.max_steps)));
    }
    if (!std::isfinite(request.guidance) || request.guidance < 0) {
        return wrong("guidance", "must be a number from 0 up; 1 leaves guidance out");
    }
    return request.original ? check_original(model, request) : Result<>{};
}

Result<> check_start(const ModelInfo& model, const Request& request, const Latent& start) {
    return check_cells(model, request, model.latent_channels, start, "latents");
}

Result<> check_beside(const ModelInfo& model, const Request& request,
                      const std::optional<Latent>& beside) {
    if (beside && model.extra_channels == 0) {
        return wrong("extra", "is for inpainting models; this one takes none");
    }
    if (beside) return check_cells(model, request, model.extra_channels, *beside, "extra");
    if (model.extra_channels == 0) return {};
    if (request.original) return {};
    return wrong("original", "is missing: this model paints what a mask leaves open of a picture");
}

}  // namespace gotong::engine
