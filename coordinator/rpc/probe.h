// The coordinator asks itself whether it still answers: grpc.health.v1 over a new connection to its
// own port, as a stranger would come.
//
// gRPC 1.51 stops accepting connections for good once the process has run out of file descriptors
// (CVE-2023-4785), and says so to nobody: the process lives, and its pool is gone. Everything that
// was answered is on disk, so the cure is a new start.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "coordinator/observe/counter.h"

namespace gotong::rpc {

struct ProbeCounts {
    observe::Counter answered;
    observe::Counter failed;
};

struct ProbePolicy {
    std::string address;  // "127.0.0.1:7436": the server's own.
    bool tls = false;     // Whoever answers there is believed: it is our own port.
    std::chrono::milliseconds every{20'000};
    std::chrono::milliseconds within{5'000};  // For connection and answer.
    std::uint32_t in_a_row = 3;               // So many failures are no accident.
};

class SelfProbe {
  public:
    // Calls `wedged` once, from a thread of its own, when the policy's failures have come in a row.
    // `counts` outlives it.
    SelfProbe(ProbePolicy policy, ProbeCounts& counts, std::function<void()> wedged);
    ~SelfProbe() = default;  // Waits for a probe that is under way.

  private:
    void run(const std::stop_token& stop);

    const ProbePolicy policy_;
    ProbeCounts& counts_;
    const std::function<void()> wedged_;
    std::jthread thread_;  // Last: it uses what stands before it.
};

}  // namespace gotong::rpc
