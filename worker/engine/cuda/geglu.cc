#include "worker/engine/cuda/geglu.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>

#include "worker/engine/cuda/kernel.h"
#include "worker/engine/cuda/packed.h"

namespace gotong::engine::cuda {
namespace {

constexpr const char* kSource = R"(
__device__ float gelu(float x) { return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f)); }

extern "C" __global__ void geglu(const Packed* x, Packed* y, long long count, int pairs) {
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride) {
        const long long row = i / pairs, at = row * 2 * pairs + i % pairs;
        const Pair value = unpack(x[at]), gate = unpack(x[at + pairs]);
        y[i] = pack({value.a * gelu(gate.a), value.b * gelu(gate.b)});
    }
}
)";

constexpr unsigned kThreads = 256;
constexpr std::int64_t kMostBlocks = 132 * 16;  // Enough for the largest GPU; threads loop.

const Kernel& kernel(int type) {
    static std::array<std::optional<Kernel>, 3> compiled;
    auto& slot = compiled.at(static_cast<std::size_t>(type));
    if (!slot) slot = Kernel::compile(packed_pairs(type) + kSource, "geglu");
    return *slot;
}

}  // namespace

at::Tensor geglu(const at::Tensor& x) {
    const auto type = packed_type(x.scalar_type());
    if (!x.is_cuda() || !type || x.size(-1) % 4 != 0 || !x.is_contiguous()) return {};
    const Kernel& ours = kernel(*type);
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
