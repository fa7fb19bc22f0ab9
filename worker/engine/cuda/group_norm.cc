#include "worker/engine/cuda/group_norm.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>

#include "worker/engine/cuda/kernel.h"

namespace gotong::engine::cuda {
namespace {

// Cells are cut into chunks, one block each. The first pass leaves sums of a chunk for each group,
// the second adds them up, chunk after chunk, and applies them. A thread has pairs of channels.
constexpr const char* kSource = R"(
struct Pair { float a, b; };

#if TYPE == 0
typedef float2 Packed;
__device__ Pair unpack(Packed v) { return {v.x, v.y}; }
__device__ Packed pack(Pair p) { return make_float2(p.a, p.b); }
#elif TYPE == 1
typedef unsigned Packed;
__device__ float widen(unsigned short h) {
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h));
    return f;
}
__device__ unsigned short narrow(float f) {
    unsigned short h;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(f));
    return h;
}
#else
typedef unsigned Packed;
__device__ float widen(unsigned short h) { return __uint_as_float((unsigned)h << 16); }
__device__ unsigned short narrow(float f) {
    const unsigned u = __float_as_uint(f);
    if ((u & 0x7fffffffu) > 0x7f800000u) return 0x7fc0;
    return (unsigned short)((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
}
#endif
#if TYPE != 0
__device__ Pair unpack(Packed v) {
    return {widen((unsigned short)(v & 0xffffu)), widen((unsigned short)(v >> 16))};
}
__device__ Packed pack(Pair p) { return narrow(p.a) | ((unsigned)narrow(p.b) << 16); }
#endif

extern "C" __global__ void sums(const Packed* x, float2* partial, int cells, int pairs, int groups,
                                int cells_each) {
    extern __shared__ float2 column[];  // [lanes][pairs]
    const int lanes = blockDim.x / THREADS_PER_ROW;
    const int lane = threadIdx.x / THREADS_PER_ROW;
    const int first = blockIdx.x * cells_each;
    const int last = min(first + cells_each, cells);
    const Packed* image = x + (long long)blockIdx.y * cells * pairs;
    for (int p = threadIdx.x % THREADS_PER_ROW; p < pairs; p += THREADS_PER_ROW) {
        float sum = 0, square = 0;
        for (int cell = first + lane; cell < last; cell += lanes) {
            const Pair v = unpack(image[(long long)cell * pairs + p]);
            sum += v.a + v.b;
            square += v.a * v.a + v.b * v.b;
        }
        column[lane * pairs + p] = make_float2(sum, square);
    }
    __syncthreads();
    const int each = pairs / groups;
    for (int g = threadIdx.x; g < groups; g += blockDim.x) {
        float sum = 0, square = 0;
        for (int l = 0; l < lanes; ++l)
            for (int p = g * each; p < (g + 1) * each; ++p) {
                sum += column[l * pairs + p].x;
                square += column[l * pairs + p].y;
            }
        partial[((long long)blockIdx.y * gridDim.x + blockIdx.x) * groups + g] =
            make_float2(sum, square);
    }
}

extern "C" __global__ void apply(const Packed* x, Packed* y, const float2* partial,
                                 const Packed* weight, const Packed* bias, int cells, int pairs,
                                 int groups, int cells_each, float epsilon) {
    extern __shared__ float2 moments[];  // Of each group: mean, 1 / deviation.
    const int each = pairs / groups;
    for (int g = threadIdx.x; g < groups; g += blockDim.x) {
        float sum = 0, square = 0;
        for (int chunk = 0; chunk < gridDim.x; ++chunk) {
            const float2 s = partial[((long long)blockIdx.y * gridDim.x + chunk) * groups + g];
            sum += s.x;
            square += s.y;
        }
        const float count = 2.0f * each * (float)cells;
        const float mean = sum / count;
        const float variance = fmaxf(square / count - mean * mean, 0.0f);
        moments[g] = make_float2(mean, rsqrtf(variance + epsilon));
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
        for (int cell = first + lane; cell < last; cell += lanes) {
            const long long at = image + (long long)cell * pairs + p;
            Pair v = unpack(x[at]);
            v.a = (v.a - m.x) * m.y * w.a + b.a;
            v.b = (v.b - m.x) * m.y * w.b + b.b;
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
constexpr std::int64_t kMostChunks = 64;    // What `apply` adds up for each group.
constexpr std::int64_t kLeastCells = 32;    // Of a chunk: less is not worth a block.

struct Kernels {
    Kernel sums, apply;
};

Kernels compile(int type, Then then) {
    const std::string source = "#define TYPE " + std::to_string(type) + "\n#define SILU " +
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

std::optional<int> number_of(c10::ScalarType type) {
    if (type == c10::kFloat) return 0;
    if (type == c10::kHalf) return 1;
    if (type == c10::kBFloat16) return 2;
    return std::nullopt;
}

bool is_for_us(const at::Tensor& x, std::int64_t groups) {
    return x.is_cuda() && x.dim() == 4 && number_of(x.scalar_type()) &&
           x.size(1) % (2 * groups) == 0 && x.size(1) / 2 <= kMostPairs && groups <= kThreads &&
           x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

at::Tensor group_norm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight,
                      const at::Tensor& bias, double epsilon, Then then) {
    if (!is_for_us(x, groups) || weight.scalar_type() != x.scalar_type()) return {};
    const Kernels& kernel = kernels(*number_of(x.scalar_type()), then);
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
    // More columns need more than the 48 KiB that every kernel may have: fewer lanes then.
    while (grid.shared_bytes > 48U << 10U) {
        grid.threads /= 2;
        grid.shared_bytes /= 2;
    }
    kernel.sums.launch(grid, {&from, &sums, &cell_count, &pairs, &group_count, &cells_each});
    grid.threads = kThreads;
    grid.shared_bytes = static_cast<unsigned>(groups) * 8;
    kernel.apply.launch(grid, {&from, &to, &sums, &weights, &biases, &cell_count, &pairs,
                               &group_count, &cells_each, &least});
    return y;
}

}  // namespace gotong::engine::cuda
