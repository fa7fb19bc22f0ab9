// For loops that are worth the widest vectors of the machine: a function marked GOTONG_VECTORIZED
// is compiled for several kinds of processor, and the loader chooses. It takes kLanes floats at a
// time and the rest one by one, through one GOTONG_INLINE template over Lanes and float.
//
// Vectors are handed on by reference only: by value the call would depend on the processor.
#pragma once

#include <cstdint>
#include <cstring>

// A sanitizer is not ready yet when the loader chooses.
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define GOTONG_VECTORIZED \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GOTONG_VECTORIZED
#endif
#define GOTONG_INLINE [[gnu::always_inline]] inline  // Into each of those.

namespace gotong::engine::kernels {

using Lanes = float __attribute__((vector_size(32)));
inline constexpr std::int64_t kLanes = sizeof(Lanes) / sizeof(float);

template <class Value>
GOTONG_INLINE void load(Value& value, const float* from) {
    std::memcpy(&value, from, sizeof(value));
}
template <class Value>
GOTONG_INLINE void store(const Value& value, float* to) {
    std::memcpy(to, &value, sizeof(value));
}

}  // namespace gotong::engine::kernels
