// Hands a module its tensors out of a part's weights, by name and shape, in the type and on the
// device that it computes with.
//
//     const auto part = source.weights("unet");
//     Weights weights(*part, cpu_fp32);
//     Unet unet(weights.root(), config);
//     if (auto done = weights.finish(); !done) return Failure{done.error()};
//
// The first problem (a tensor that is missing, of another shape or of no usable type) is kept and
// reported by finish(), as is any tensor that nobody took. After a problem tensors are undefined,
// so modules must not compute with them in their constructors.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "worker/engine/weights/part_weights.h"

namespace gotong::engine {

struct Placement {
    c10::Device device = c10::kCPU;
    c10::ScalarType type = c10::kFloat;
};

class Weights;

// What becomes of a borrowed tensor: a packed copy by the first call, or rows of it are read now
// and then.
enum class Use { packed, looked_up };

// A place in the tree of names: scope / "conv1" / "weight" is "...conv1.weight".
class Scope {
  public:
    Scope operator/(std::string_view child) const;
    Scope operator/(std::size_t index) const { return *this / std::to_string(index); }

    // The tensor of this very name; undefined after a problem.
    at::Tensor take(at::IntArrayRef shape) const;

    // The same for whoever makes his own of it when he first computes, in the type of what he is
    // given. Where layers pack (onednn::packs) it is the file's own memory in the file's own type,
    // so that nothing is held twice and what is never used is never read; with the tensor's end its
    // pages leave our memory. Elsewhere a copy, as by take().
    at::Tensor borrow(at::IntArrayRef shape, Use use) const;
    bool exists() const;

    // Any tensor below this name?
    bool has_children() const;

  private:
    friend class Weights;
    Scope(Weights& weights, std::string name) : weights_(&weights), name_(std::move(name)) {}
    Weights* weights_;
    std::string name_;
};

class Weights {
  public:
    // `part` must outlive this object; its files live as long as what was borrowed of them.
    Weights(const PartWeights& part, Placement placement)
        : part_(part), table_(part.tensors()), placement_(placement) {}

    Scope root() { return {*this, ""}; }

    // Tensors below `prefix`, or of that very name, that nobody needs to take.
    void ignore(const std::string& prefix) { ignored_.push_back(prefix); }

    Result<> finish() const;

  private:
    friend class Scope;
    at::Tensor take(const std::string& name, at::IntArrayRef shape,
                    std::optional<Use> borrowed = {});
    at::Tensor lent(const TensorEntry& entry, c10::ScalarType type, Use use) const;
    at::Tensor broken(const std::string& name, const std::string& why);

    const PartWeights& part_;
    const TensorTable& table_;
    Placement placement_;
    std::set<std::string, std::less<>> taken_;
    std::vector<std::string> ignored_;
    std::optional<Error> problem_;
};

// Bytes that the part's tensors will take, once the layers have laid them out as they compute with
// them.
std::uint64_t held_bytes(const PartWeights& part, const Placement& placement);

}  // namespace gotong::engine
