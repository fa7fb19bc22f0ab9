// Every metric of the coordinator, by the names that docs/metrics.md lists. A test compares the
// two.
//
// Names follow Prometheus' conventions: gotong_<what>_<unit>, `_total` for what only grows. No
// label has more than a dozen values: nothing here is told apart by account, job, worker or model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "coordinator/core/figures.h"
#include "coordinator/gateway/exchange.h"
#include "coordinator/loop/loop.h"
#include "coordinator/observe/process.h"
#include "coordinator/rpc/probe.h"
#include "coordinator/rpc/tally.h"
#include "coordinator/store/store.h"

namespace gotong::metrics {

// What was looked at, in one moment as far as the loop goes.
struct Report {
    std::string version;
    core::Figures core;
    store::Counts ended;  // Jobs, of all time.
    loop::Figures loop;
    std::size_t waiting_tasks = 0;
    std::size_t worker_streams = 0;
    std::size_t watch_streams = 0;
    std::uint64_t database_bytes = 0;
    std::uint64_t wal_bytes = 0;
    std::uint64_t disk_free_bytes = 0;
    observe::Process process;
};

// In Prometheus' text format.
std::string expose(const Report& report, const rpc::Tally& tally, const rpc::ProbeCounts& probes,
                   const gateway::Counts& gateway);

}  // namespace gotong::metrics
