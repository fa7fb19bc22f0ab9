#include "coordinator/job/feasibility.h"

#include <algorithm>

namespace gotong::job {
namespace {

Result<> check_side(const ModelFacts& model, const char* field, std::uint32_t side,
                    std::uint32_t max) {
    const std::uint32_t nearest = nearest_side(side, model.size_multiple, max);
    if (side == nearest) return {};
    return fail(ErrorCode::invalid_argument,
                std::string(field) + " is " + std::to_string(side) + "; " + model.name +
                    " takes multiples of " + std::to_string(model.size_multiple) + " up to " +
                    std::to_string(max) + ": the nearest is " + std::to_string(nearest),
                field);
}

}  // namespace

std::uint32_t nearest_side(std::uint32_t wanted, std::uint32_t multiple, std::uint32_t max) {
    const std::uint64_t rounded = (std::uint64_t{wanted} + multiple / 2) / multiple * multiple;
    const std::uint64_t largest = std::max(multiple, max / multiple * multiple);
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(rounded, multiple, largest));
}

Result<> check_size(const ModelFacts& model, std::uint32_t width, std::uint32_t height) {
    if (auto checked = check_side(model, "width", width, model.max_width); !checked) return checked;
    return check_side(model, "height", height, model.max_height);
}

}  // namespace gotong::job
