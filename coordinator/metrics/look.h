// Looks at everything that the metrics tell, for one answer to Prometheus.
#pragma once

#include <filesystem>
#include <string>

#include "common/result.h"
#include "coordinator/gateway/exchange.h"
#include "coordinator/loop/loop.h"
#include "coordinator/rpc/probe.h"
#include "coordinator/rpc/watch_stream.h"
#include "coordinator/rpc/worker_streams.h"

namespace gotong::metrics {

// All of it outlives whoever asks.
struct Sources {
    loop::Loop& loop;
    const rpc::WorkerStreams& workers;
    const rpc::Watchers& watchers;
    const rpc::ProbeCounts& probes;
    const gateway::Counts& gateway;
    std::filesystem::path data;  // The pool's folder.
    std::string version;
};

// Blocks for one turn of the loop. unavailable: the loop does not answer.
Result<std::string> look(const Sources& sources);

}  // namespace gotong::metrics
