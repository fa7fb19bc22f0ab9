// What becomes of memory that tensors have left.
#pragma once

namespace gotong::engine {

// glibc hands every large block back to the kernel as soon as it is free, and a step on the CPU
// then spends a tenth of its time on zeroed pages for its next tensors. From now on free blocks
// stay for those, until malloc_trim(). For the whole process.
void keep_freed_memory();

// Hands the kernel what can be handed back of it; false when that is nothing. Cost: milliseconds,
// and pages anew later.
bool trim_freed_memory();

}  // namespace gotong::engine
