#include "worker/engine/stages/tensors.h"

#include <ATen/Functions.h>

namespace gotong::engine {

at::Tensor plain(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kFloat).contiguous(); }

TensorView view(const at::Tensor& tensor) {
    return {{tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())},
            {tensor.sizes().data(), tensor.sizes().size()}};
}

at::Tensor from_values(std::span<const float> values, at::IntArrayRef shape) {
    // from_blob() asks for a mutable pointer; nobody writes through it.
    return at::from_blob(const_cast<float*>(values.data()), shape, at::TensorOptions(at::kFloat))
        .clone();
}

bool is_finite(const at::Tensor& tensor) { return at::isfinite(tensor).all().item<bool>(); }

}  // namespace gotong::engine
