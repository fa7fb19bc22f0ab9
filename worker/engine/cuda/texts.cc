#include "worker/engine/cuda/texts.h"

namespace gotong::engine::cuda {
namespace {

// Two neighbouring values of a tensor, read and written in one go, whatever their type.
constexpr const char* kPacked = R"(
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
)";

constexpr const char* kGroupNorm = R"(
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

constexpr const char* kGeglu = R"(
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

std::string define(const char* name, unsigned value) {
    return std::string("#define ") + name + " " + std::to_string(value) + "\n";
}

std::string packed(Packing packing) {
    return define("TYPE", static_cast<unsigned>(packing)) + kPacked;
}

}  // namespace

std::string group_norm_text(Packing packing, bool silu, unsigned threads_per_row) {
    return packed(packing) + define("SILU", silu ? 1 : 0) +
           define("THREADS_PER_ROW", threads_per_row) + kGroupNorm;
}

std::string geglu_text(Packing packing) { return packed(packing) + kGeglu; }

}  // namespace gotong::engine::cuda
