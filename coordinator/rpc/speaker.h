// Hands the core's words to the streams that they are for.
#pragma once

#include "coordinator/loop/loop.h"
#include "coordinator/rpc/watch_stream.h"
#include "coordinator/rpc/worker_streams.h"

namespace gotong::rpc {

class Speaker final : public loop::Outlet {
  public:
    Speaker(WorkerStreams& workers, Watchers& watchers) : workers_(workers), watchers_(watchers) {}

    void to_worker(core::ToWorker message) override { workers_.say(message); }
    void job_changed(core::JobChanged change) override { watchers_.tell(change); }
    void tick(Now now) override { workers_.tick(now.monotonic); }

  private:
    WorkerStreams& workers_;
    Watchers& watchers_;
};

}  // namespace gotong::rpc
