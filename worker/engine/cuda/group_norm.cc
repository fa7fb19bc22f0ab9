#include "worker/engine/cuda/group_norm.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>

#include "worker/engine/cuda/kernel.h"
#include "worker/engine/cuda/packed.h"

namespace gotong::engine::cuda {
namespace {

// Cells are cut into chunks, one block each. The first pass leaves sums of a chunk for each group,
// the second adds them up, chunk after chunk, and applies them. A thread has pairs of channels.
constexpr const char* kSource = R"(
// The sum of entries 0 .. count - 1 for each group, in an order that depends on nothing but the
// launch: a slice of the threads each, then slice after slice. Thread g has group g's.
template <class Entry>
__device__ float2 group_sum(float2* scratch, int groups, int count, Entry entry) {
    const int slices = blockDim.x / groups;
    const int g = threadIdx.x % groups, slice = threadIdx.x / groups;
    if (slice < slices) {
        float sum = 0, square = 0;
        for (int i = slice; i < count; i += slices) {
            const float2 v = entry(g, i);
            sum += v.x;
            square += v.y;
        }
        scratch[slice * groups + g] = make_float2(sum, square);
    }
    __syncthreads();
    float2 total = make_float2(0, 0);
    if (threadIdx.x < groups)
        for (int s = 0; s < slices; ++s) {
            total.x += scratch[s * groups + threadIdx.x].x;
            total.y += scratch[s * groups + threadIdx.x].y;
        }
    return total;
}

extern "C" __global__ void __launch_bounds__(512) sums(const Packed* x, float2* partial, int cells,
                                                       int pairs, int groups, int cells_each) {
    extern __shared__ float2 column[];  // [lanes][pairs]
    __shared__ float2 scratch[512];
    const int lanes = blockDim.x / THREADS_PER_ROW;
    const int lane = threadIdx.x / THREADS_PER_ROW;
    const int first = blockIdx.x * cells_each;
    const int last = min(first + cells_each, cells);
    const Packed* image = x + (long long)blockIdx.y * cells * pairs;
    for (int p = threadIdx.x % THREADS_PER_ROW; p < pairs; p += THREADS_PER_ROW) {
        float sum = 0, square = 0;
#pragma unroll 4
        for (int cell = first + lane; cell < last; cell += lanes) {
            const Pair v = unpack(image[(long long)cell * pairs + p]);
            sum += v.a + v.b;
            square += v.a * v.a + v.b * v.b;
        }
        column[lane * pairs + p] = make_float2(sum, square);
    }
    __syncthreads();
    const int each = pairs / groups;
    const float2 total = group_sum(scratch, groups, lanes * each, [=](int g, int i) {
        return column[i / each * pairs + g * each + i % each];
    });
    if (threadIdx.x < groups)
        partial[((long long)blockIdx.y * gridDim.x + blockIdx.x) * groups + threadIdx.x] = total;
}

extern "C" __global__ void __launch_bounds__(512)
    apply(const Packed* x, Packed* y, const float2* partial, const Packed* weight,
          const Packed* bias, int cells, int pairs, int groups, int cells_each, float epsilon) {
    __shared__ float2 scratch[512];
    __shared__ float2 moments[512];  // Of each group: mean, 1 / deviation.
    const int each = pairs / groups;
    const float2* ours = partial + (long long)blockIdx.y * gridDim.x * groups;
    const float2 total = group_sum(scratch, groups, gridDim.x,
                                   [=](int g, int i) { return ours[(long long)i * groups + g]; });
    if (threadIdx.x < groups) {
        const float count = 2.0f * each * (float)cells;
        const float mean = total.x / count;
        const float variance = fmaxf(total.y / count - mean * mean, 0.0f);
        moments[threadIdx.x] = make_float2(mean, rsqrtf(variance + epsilon));
    }
    __syncthreads();
    const int lanes = blockDim.x / THREADS_PER_ROW;
    const int lane = threadIdx.x / THREADS_PER_ROW;
    const int first = blockIdx.x * cells_each;
    const int last = min(first + cells_each, cells);
    const long long image = (long long)blockIdx.y * cells * pairs;
    for (int p = threadIdx.x % THREADS_PER_ROW; p < pairs; p += THREADS_PER_ROW) {
        const float2 m = moments[p / each];
        const Pair w = unpack(weight[p]), b = unpack(bias[p]);
        const Pair scale = {m.y * w.a, m.y * w.b};
        const Pair shift = {b.a - m.x * scale.a, b.b - m.x * scale.b};
#pragma unroll 4
        for (int cell = first + lane; cell < last; cell += lanes) {
            const long long at = image + (long long)cell * pairs + p;
            Pair v = unpack(x[at]);
            v.a = v.a * scale.a + shift.a;
            v.b = v.b * scale.b + shift.b;
#if SILU
            v.a = v.a / (1.0f + __expf(-v.a));
            v.b = v.b / (1.0f + __expf(-v.b));
#endif
            y[at] = pack(v);
        }
    }
}
)";

constexpr unsigned kThreads = 512;
constexpr unsigned kThreadsPerRow = 64;
constexpr std::int64_t kMostPairs = 2'048;  // Shared memory of `sums`: 8 bytes a pair and lane.
constexpr std::int64_t kMostGroups = 64;    // No more than threads of the smallest block.
constexpr std::int64_t kMostChunks = 64;    // What `apply` adds up for each group.
constexpr std::int64_t kLeastCells = 8;     // Of a chunk: less is not worth a block.

struct Kernels {
    Kernel sums, apply;
};

Kernels compile(int type, Then then) {
    const std::string source = packed_pairs(type) + "#define SILU " +
                               (then == Then::silu ? "1" : "0") + "\n#define THREADS_PER_ROW " +
                               std::to_string(kThreadsPerRow) + "\n" + kSource;
    return {Kernel::compile(source, "sums"), Kernel::compile(source, "apply")};
}

const Kernels& kernels(int type, Then then) {
    static std::array<std::array<std::optional<Kernels>, 2>, 3> compiled;
    auto& slot = compiled.at(static_cast<std::size_t>(type)).at(then == Then::silu ? 1 : 0);
    if (!slot) slot = compile(type, then);
    return *slot;
}

bool is_for_us(const at::Tensor& x, std::int64_t groups) {
    return x.is_cuda() && x.dim() == 4 && packed_type(x.scalar_type()) &&
           x.size(1) % (2 * groups) == 0 && x.size(1) / 2 <= kMostPairs && groups <= kMostGroups &&
           x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

at::Tensor group_norm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight,
                      const at::Tensor& bias, double epsilon, Then then) {
    if (!is_for_us(x, groups) || weight.scalar_type() != x.scalar_type()) return {};
    const Kernels& kernel = kernels(*packed_type(x.scalar_type()), then);
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
