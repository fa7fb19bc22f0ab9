// What every fuzz target has: one reader, the memory that it may take, and what its errors look
// like. A target defines kAllowance and read(); target.cc hands libFuzzer's inputs to it.
//
// The process ends, and libFuzzer keeps the input, when a reader holds more memory than allowed, at
// the very allocation, and when an error is not one clear line.
#pragma once

#include <cstddef>

#include "common/bytes.h"
#include "common/result.h"

namespace gotong::fuzz {

// Heap that reading one input may hold at once: `fixed` bytes and `per_byte` for each of the input.
struct Allowance {
    std::size_t fixed = 1U << 20U;
    std::size_t per_byte = 0;
};

// A JSON document in nlohmann-json's tree: the worst text is "[],[],[]...".
inline constexpr std::size_t kTreePerByte = 64;

extern const Allowance kAllowance;

// Called once an input, on one thread.
void read(ByteView input);

// Checks that the message is one printable line, no longer than a reader of logs would read.
void check_is_clear(const Error& error);

// Whether there is a value; if not, its error is checked.
template <class T>
bool taken(const Result<T>& result) {
    if (!result) check_is_clear(result.error());
    return result.has_value();
}

}  // namespace gotong::fuzz
