#include "worker/engine/cuda/group_norm.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>

#include "worker/engine/cuda/kernel.h"
#include "worker/engine/cuda/packed.h"

namespace gotong::engine::cuda {
namespace {

constexpr unsigned kThreads = 512;
constexpr unsigned kThreadsPerRow = 64;
constexpr std::int64_t kMostPairs = 2'048;  // Shared memory of `sums`: 8 bytes a pair and lane.
constexpr std::int64_t kMostGroups = 64;    // No more than threads of the smallest block.
constexpr std::int64_t kMostChunks = 64;    // What `apply` adds up for each group.
constexpr std::int64_t kLeastCells = 8;     // Of a chunk: less is not worth a block.

struct Kernels {
    Kernel sums, apply;
};

Kernels compile(Packing packing, Then then) {
    const std::string text = group_norm_text(packing, then == Then::silu, kThreadsPerRow);
    return {Kernel::compile(text, "sums"), Kernel::compile(text, "apply")};
}

const Kernels& kernels(Packing packing, Then then) {
    static std::array<std::array<std::optional<Kernels>, 2>, 3> compiled;
    auto& slot = compiled.at(static_cast<std::size_t>(packing)).at(then == Then::silu ? 1 : 0);
    if (!slot) slot = compile(packing, then);
    return *slot;
}

bool is_for_us(const at::Tensor& x, std::int64_t groups) {
    return x.is_cuda() && x.dim() == 4 && packing_of(x.scalar_type()) &&
           x.size(1) % (2 * groups) == 0 && x.size(1) / 2 <= kMostPairs && groups <= kMostGroups &&
           x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

at::Tensor group_norm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight,
                      const at::Tensor& bias, double epsilon, Then then) {
    if (!is_for_us(x, groups) || weight.scalar_type() != x.scalar_type()) return {};
    const Kernels& kernel = kernels(*packing_of(x.scalar_type()), then);
    if (!kernel.sums || !kernel.apply) return {};
    const std::int64_t cells = x.size(2) * x.size(3);
    const std::int64_t chunks = std::clamp<std::int64_t>(cells / kLeastCells, 1, kMostChunks);
    const at::Tensor partial =
        at::empty({x.size(0), chunks, groups, 2}, x.options().dtype(at::kFloat));
    at::Tensor y = at::empty_like(x);

    const void* from = x.const_data_ptr();
    void* sums = partial.data_ptr();
    void* to = y.data_ptr();
    const void* weights = weight.const_data_ptr();
    const void* biases = bias.const_data_ptr();
    int cell_count = static_cast<int>(cells);
    int pairs = static_cast<int>(x.size(1) / 2);
    int group_count = static_cast<int>(groups);
    int cells_each = static_cast<int>((cells + chunks - 1) / chunks);
    auto least = static_cast<float>(epsilon);
    Grid grid{.x = static_cast<unsigned>(chunks),
              .y = static_cast<unsigned>(x.size(0)),
              .threads = kThreads,
              .shared_bytes = kThreads / kThreadsPerRow * static_cast<unsigned>(pairs) * 8};
    // More columns need more than the 48 KiB, scratch included, that every kernel may have: fewer
    // lanes then.
    while (grid.shared_bytes > 40U << 10U) {
        grid.threads /= 2;
        grid.shared_bytes /= 2;
    }
    kernel.sums.launch(grid, {&from, &sums, &cell_count, &pairs, &group_count, &cells_each});
    grid.threads = kThreads;
    grid.shared_bytes = 0;
    kernel.apply.launch(grid, {&from, &to, &sums, &weights, &biases, &cell_count, &pairs,
                               &group_count, &cells_each, &least});
    return y;
}

}  // namespace gotong::engine::cuda
