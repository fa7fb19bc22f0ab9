#include "worker/engine/cuda/geglu.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>

#include "worker/engine/cuda/kernel.h"
#include "worker/engine/cuda/packed.h"

namespace gotong::engine::cuda {
namespace {

constexpr unsigned kThreads = 256;
constexpr std::int64_t kMostBlocks = 132 * 16;  // Enough for the largest GPU; threads loop.

const Kernel& kernel(Packing packing) {
    static std::array<std::optional<Kernel>, 3> compiled;
    auto& slot = compiled.at(static_cast<std::size_t>(packing));
    if (!slot) slot = Kernel::compile(geglu_text(packing), "geglu");
    return *slot;
}

}  // namespace

at::Tensor geglu(const at::Tensor& x) {
    const auto packing = packing_of(x.scalar_type());
    if (!x.is_cuda() || !packing || x.size(-1) % 4 != 0 || !x.is_contiguous()) return {};
    const Kernel& ours = kernel(*packing);
    if (!ours) return {};
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.back() /= 2;
    const at::Tensor y = at::empty(shape, x.options());
    const void* from = x.const_data_ptr();
    void* to = y.data_ptr();
    int pairs = static_cast<int>(shape.back() / 2);
    long long count = y.numel() / 2;
    const auto blocks = std::clamp<std::int64_t>(count / kThreads, 1, kMostBlocks);
    ours.launch({.x = static_cast<unsigned>(blocks), .threads = kThreads},
                {&from, &to, &count, &pairs});
    return y;
}

}  // namespace gotong::engine::cuda
