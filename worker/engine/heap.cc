#include "worker/engine/heap.h"

#include <malloc.h>

#include <limits>

namespace gotong::engine {

void keep_freed_memory() {
#ifdef __GLIBC__
    ::mallopt(M_MMAP_MAX, 0);  // A block with a mapping of its own would leave with it.
    ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

bool trim_freed_memory() {
#ifdef __GLIBC__
    return ::malloc_trim(0) == 1;
#else
    return false;
#endif
}

}  // namespace gotong::engine
