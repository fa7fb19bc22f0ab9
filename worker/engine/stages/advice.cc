#include "worker/engine/stages/advice.h"

#include <algorithm>

namespace gotong::engine {

Error with_advice(const Error& error, const ModelInfo& model, const Request& request) {
    if (error.code != ErrorCode::resource_exhausted) return error;
    const auto half = [&](int side) {
        const int rounded = side / 2 / model.size_multiple * model.size_multiple;
        return std::to_string(std::max(rounded, model.size_multiple));
    };
    return {error.code,
            error.message + " for " + std::to_string(request.width) + "x" +
                std::to_string(request.height) + " pixels; try " + half(request.width) + "x" +
                half(request.height),
            "size"};
}

}  // namespace gotong::engine
