// What our kernels share: two neighbouring values of a tensor, read and written in one go, whatever
// their type.
#pragma once

#include <c10/core/ScalarType.h>

#include <optional>
#include <string>

namespace gotong::engine::cuda {

// Which of the types that kernels know; nullopt for others.
std::optional<int> packed_type(c10::ScalarType type);

// CUDA text that defines Pair {a, b}, Packed, unpack(Packed) and pack(Pair) for that type.
std::string packed_pairs(int type);

}  // namespace gotong::engine::cuda
