// A child process that talks over one inherited socket and cannot outlive its parent.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/file/unique_fd.h"
#include "common/result.h"

namespace gotong::render_child {

// The descriptor under which the child finds its end of the socket pair.
inline constexpr int kChildSocket = 3;

struct ProcessOptions {
    std::filesystem::path program{};  // Absolute.
    std::vector<std::string> arguments{};
    std::map<std::string, std::string> defaults{};  // Variables, unless our environment has them.
    int niceness = 0;                               // 0 .. 19, as nice(1).
    std::uint64_t memory_bytes = 0;                 // Most private memory; 0: no limit.
};

class Process {
  public:
    // Starts the program. It gets a process group of its own (so that a Ctrl-C meant for the
    // daemon leaves it working), dies with the calling thread, is the kernel's first choice when
    // memory runs out, and inherits nothing but standard streams and kChildSocket. `socket` is
    // our end. Call it from a thread that lives as long as the child should.
    //
    // Errors: not_found, permission_denied, resource_exhausted.
    static Result<Process> start(const ProcessOptions& options, file::UniqueFd& socket);

    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    ~Process();  // Kills it if it still runs.

    // Kills it if it still runs, and tells how it ended: "was killed by signal 9", "exited with
    // status 1". `grace_ms`: how long it may take to end by itself.
    std::string end(int grace_ms);

    pid_t pid() const { return pid_; }

  private:
    explicit Process(pid_t pid) : pid_(pid) {}

    pid_t pid_;  // 0: has ended and was waited for.
};

}  // namespace gotong::render_child
