#include "worker/engine/layers/onednn.h"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

#include <array>

namespace gotong::engine::onednn {
namespace {

using Operator = std::optional<c10::OperatorHandle>;

struct Operators {
    Operator pack_conv, conv, pack_linear, linear;
    bool complete() const { return pack_conv && conv && pack_linear && linear; }
};

const Operators& operators() {
    const auto find = [](const char* name) {
        return c10::Dispatcher::singleton().findSchema({name, ""});
    };
    static const Operators found{
        find("mkldnn::_reorder_convolution_weight"), find("mkldnn::_convolution_pointwise"),
        find("mkldnn::_reorder_linear_weight"), find("mkldnn::_linear_pointwise")};
    return found;
}

// Called through the boxed interface: the unboxed one would tie us to one libtorch's C++ types.
at::Tensor call(const Operator& op, std::vector<c10::IValue> stack) {
    op->callBoxed(stack);
    return stack.front().toTensor();
}

c10::IValue optional_tensor(const at::Tensor& tensor) {
    return tensor.defined() ? c10::IValue(tensor) : c10::IValue();
}

std::vector<std::int64_t> twice(int value) { return {value, value}; }

// "No fused activation": its name, its (no) scalars, its (no) algorithm.
const char* const kNoActivation = "none";
c10::List<std::optional<at::Scalar>> no_scalars() { return c10::List<std::optional<at::Scalar>>(); }

}  // namespace

bool packs(c10::Device device, c10::ScalarType type) {
    return device.is_cpu() && type == at::kFloat && at::hasMKLDNN() &&
           at::globalContext().userEnabledMkldnn() && operators().complete();
}

bool can_pack(const at::Tensor& weight) {
    return weight.defined() && packs(weight.device(), weight.scalar_type());
}

at::Tensor pack_conv(const at::Tensor& weight, const ConvGeometry& geometry,
                     at::IntArrayRef input_size) {
    return call(operators().pack_conv, {weight, twice(geometry.padding), twice(geometry.stride),
                                        twice(1), 1, input_size.vec()});
}

at::Tensor pack_linear(const at::Tensor& weight, std::int64_t rows) {
    return call(operators().pack_linear, {weight, rows});
}

at::Tensor conv(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias,
                const ConvGeometry& geometry) {
    return call(operators().conv,
                {x, packed, optional_tensor(bias), twice(geometry.padding), twice(geometry.stride),
                 twice(1), 1, kNoActivation, no_scalars(), c10::IValue()});
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias) {
    return call(operators().linear,
                {x, packed, optional_tensor(bias), kNoActivation, no_scalars(), c10::IValue()});
}

}  // namespace gotong::engine::onednn
