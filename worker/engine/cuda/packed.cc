#include "worker/engine/cuda/packed.h"

namespace gotong::engine::cuda {
namespace {

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
)";

}  // namespace

std::optional<int> packed_type(c10::ScalarType type) {
    if (type == c10::kFloat) return 0;
    if (type == c10::kHalf) return 1;
    if (type == c10::kBFloat16) return 2;
    return std::nullopt;
}

std::string packed_pairs(int type) {
    return "#define TYPE " + std::to_string(type) + "\n" + kSource;
}

}  // namespace gotong::engine::cuda
