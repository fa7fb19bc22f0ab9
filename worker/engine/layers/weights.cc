#include "worker/engine/layers/weights.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <atomic>

#include "common/text/printable.h"
#include "worker/engine/layers/onednn.h"
#include "worker/engine/layers/to_pack.h"
#include "worker/engine/layers/winograd.h"

namespace gotong::engine {
namespace {

std::optional<c10::ScalarType> float_type(std::string_view dtype) {
    if (dtype == "F32") return c10::kFloat;
    if (dtype == "F16") return c10::kHalf;
    if (dtype == "BF16") return c10::kBFloat16;
    if (dtype == "F64") return c10::kDouble;
    return std::nullopt;
}

std::string spelled(at::IntArrayRef shape) {
    std::string text = "[";
    for (const std::int64_t dimension : shape) {
        if (text.size() > 1) text += ", ";
        text += std::to_string(dimension);
    }
    return text + "]";
}

std::atomic<std::uint64_t> to_pack{0};  // All models' and threads'.

std::uint64_t elements(const TensorEntry& entry) {
    std::uint64_t count = 1;
    for (const std::int64_t side : entry.shape) count *= static_cast<std::uint64_t>(side);
    return count;
}

// In fp32 on the CPU.
std::uint64_t packed_bytes(const TensorEntry& entry) {
    const std::uint64_t bytes = elements(entry) * sizeof(float);
    return Winograd::suits(entry.shape) ? Winograd::held_bytes(bytes) : bytes;
}

bool is_aligned(const TensorEntry& entry, c10::ScalarType type) {
    return reinterpret_cast<std::uintptr_t>(entry.bytes.data()) % c10::elementSize(type) == 0;
}

// What from_blob() asks for; nobody writes through it.
void* writable(const TensorEntry& entry) { return const_cast<std::uint8_t*>(entry.bytes.data()); }

// The entry's values where they lie, or, since tensors want theirs aligned and files need not
// oblige, a copy.
at::Tensor aligned(const TensorEntry& entry, c10::ScalarType type) {
    const auto options = at::TensorOptions(type);
    if (is_aligned(entry, type)) return at::from_blob(writable(entry), entry.shape, options);
    auto copy = at::empty(entry.shape, options);
    std::copy(entry.bytes.begin(), entry.bytes.end(), static_cast<std::uint8_t*>(copy.data_ptr()));
    return copy;
}

at::Tensor placed(const TensorEntry& entry, c10::ScalarType type, const Placement& placement) {
    return aligned(entry, type)
        .to(placement.device, placement.type, /*non_blocking=*/false,
            /*copy=*/true);
}

}  // namespace

Scope Scope::operator/(std::string_view child) const {
    return {*weights_, name_.empty() ? std::string(child) : name_ + "." + std::string(child)};
}

at::Tensor Scope::take(at::IntArrayRef shape) const { return weights_->take(name_, shape); }

at::Tensor Scope::borrow(at::IntArrayRef shape, Use use) const {
    return weights_->take(name_, shape, use);
}

bool Scope::exists() const { return weights_->table_.contains(name_); }

bool Scope::has_children() const {
    const auto next = weights_->table_.lower_bound(name_ + ".");
    return next != weights_->table_.end() && next->first.starts_with(name_ + ".");
}

at::Tensor Weights::broken(const std::string& name, const std::string& why) {
    if (!problem_) {
        problem_ = Error{
            ErrorCode::invalid_argument, part_.name() + ": tensor \"" + name + "\" " + why, {}};
    }
    return {};
}

// Undefined where the entry lies in no file, or not as tensors want it.
at::Tensor Weights::lent(const TensorEntry& entry, c10::ScalarType type, Use use) const {
    const auto file = part_.file_of(entry);
    if (!file || !is_aligned(entry, type)) return {};
    const std::uint64_t later = use == Use::packed ? packed_bytes(entry) : 0;
    to_pack += later;
    return at::from_blob(
        writable(entry), entry.shape,
        [file, bytes = entry.bytes, later](void*) {
            file->release(bytes);
            to_pack -= later;
        },
        at::TensorOptions(type));
}

at::Tensor Weights::take(const std::string& name, at::IntArrayRef shape,
                         std::optional<Use> borrowed) {
    if (problem_) return {};
    const auto found = table_.find(name);
    if (found == table_.end()) return broken(name, "is missing");
    const TensorEntry& entry = found->second;
    if (shape != at::IntArrayRef(entry.shape)) {
        return broken(
            name, "has shape " + spelled(entry.shape) + "; the config asks for " + spelled(shape));
    }
    const auto type = float_type(entry.dtype);
    if (!type) return broken(name, "is of type " + std::string(entry.dtype) + ", not a float");
    taken_.insert(name);
    if (borrowed && onednn::packs(placement_.device, placement_.type)) {
        if (at::Tensor tensor = lent(entry, *type, *borrowed); tensor.defined()) return tensor;
    }
    at::Tensor tensor = placed(entry, *type, placement_);
    part_.release(entry);
    return tensor;
}

Result<> Weights::finish() const {
    if (problem_) return Failure{*problem_};
    const auto is_ignored = [&](const std::string& name) {
        return std::any_of(ignored_.begin(), ignored_.end(), [&](const std::string& prefix) {
            return name == prefix || name.starts_with(prefix + ".");
        });
    };
    for (const auto& [name, entry] : table_) {
        if (taken_.contains(name) || is_ignored(name)) continue;
        return fail(ErrorCode::invalid_argument, part_.name() + ": tensor \"" +
                                                     text::printable(name) +
                                                     "\" belongs to nothing in the config");
    }
    return {};
}

std::uint64_t bytes_to_pack() { return to_pack; }

std::uint64_t held_bytes(const PartWeights& part, const Placement& placement) {
    const bool plain = placement.device.is_cpu() && placement.type == c10::kFloat;
    std::uint64_t bytes = 0;
    for (const auto& [name, entry] : part.tensors())
        bytes += plain ? packed_bytes(entry) : elements(entry) * c10::elementSize(placement.type);
    return bytes;
}

}  // namespace gotong::engine
