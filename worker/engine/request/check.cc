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
    return {};
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
    return wrong("from", "is missing: this model paints into a picture and needs one");
}

}  // namespace gotong::engine
