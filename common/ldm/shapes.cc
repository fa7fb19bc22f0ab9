#include "common/ldm/shapes.h"

namespace gotong::ldm {

bool has_prefix(const safetensors::Header& header, const std::string& prefix) {
    const auto next = header.lower_bound(prefix);
    return next != header.end() && next->first.starts_with(prefix);
}

const safetensors::TensorPlace* Shapes::find(const std::string& name) {
    const auto found = header_.find(name);
    if (found != header_.end()) return &found->second;
    if (!problem_)
        problem_ = Error{ErrorCode::invalid_argument, "tensor \"" + name + "\" is missing", {}};
    return nullptr;
}

std::int64_t Shapes::size(const std::string& name, std::size_t axis) {
    const auto* tensor = find(name);
    if (tensor == nullptr) return 1;
    if (axis < tensor->shape.size()) return tensor->shape[axis];
    if (!problem_)
        problem_ = Error{ErrorCode::invalid_argument,
                         "tensor \"" + name + "\" has " + std::to_string(tensor->shape.size()) +
                             " dimensions; at least " + std::to_string(axis + 1) + " are needed",
                         {}};
    return 1;
}

std::size_t Shapes::rank(const std::string& name) {
    const auto* tensor = find(name);
    return tensor == nullptr ? 0 : tensor->shape.size();
}

std::size_t Shapes::numbered(const std::string& prefix) const {
    std::size_t count = 0;
    while (count < kMostNumbered && has_prefix(header_, prefix + std::to_string(count) + "."))
        ++count;
    return count;
}

void Shapes::unsupported(const std::string& what) {
    if (!problem_) problem_ = Error{ErrorCode::unimplemented, what, {}};
}

Result<> Shapes::finish() const {
    if (problem_) return Failure{*problem_};
    return {};
}

}  // namespace gotong::ldm
