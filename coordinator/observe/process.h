// What the system says of this process. Linux: /proc.
#pragma once

#include <cstdint>

namespace gotong::observe {

struct Process {
    double cpu_seconds = 0;      // User and system, all threads.
    double start_seconds = 0;    // Since 1970.
    std::uint64_t resident = 0;  // Bytes.
    std::uint64_t virtual_ = 0;  // Bytes.
    std::uint64_t open_fds = 0;  // This look's own left out.
    std::uint64_t most_fds = 0;  // The limit; 0: none.
    std::uint64_t threads = 0;
};

// A few dozen microseconds, and as many as there are descriptors. What cannot be read is 0.
Process look_at_process();

}  // namespace gotong::observe
