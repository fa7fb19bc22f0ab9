// The text of our kernels, in CUDA C++. Without torch and without CUDA, so that tests can run it on
// a processor (tests/worker/engine/cuda).
#pragma once

#include <string>

namespace gotong::engine::cuda {

// The values' types, as the kernels number them.
enum class Packing { fp32 = 0, fp16 = 1, bf16 = 2 };

// `sums` and `apply`: group normalisation of [images][cells][channels], with a SiLU after it where
// asked. Cells are cut into chunks, a block each (x: chunk, y: image). `sums` leaves the sums of a
// chunk for each group; `apply` adds them up, chunk after chunk, and applies them. A thread has
// pairs of channels. `sums` wants 8 bytes of shared memory for each pair and
// threads / threads_per_row; a block has more threads than there are groups.
std::string group_norm_text(Packing packing, bool silu, unsigned threads_per_row);

// `geglu`: [rows][2 n] -> [rows][n].
std::string geglu_text(Packing packing);

}  // namespace gotong::engine::cuda
