// check(): an invariant of the program's own, checked in release builds too. Never for input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace gotong {

// Ends the process with `what` on standard error when `holds` is false. What the process had not
// made durable is lost on purpose: recovery starts from disk.
inline void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "gotong: broken invariant: %s\n", what);
    std::abort();
}

}  // namespace gotong
