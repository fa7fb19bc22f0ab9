// The thread that runs the executor chain, one job after the other, and says what became of each.
//
// Corridor: job/agent -> [daemon/render_thread] -> job/executor
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "worker/job/event.h"
#include "worker/job/executor.h"
#include "worker/link/outbox.h"

namespace gotong::daemon {

using Post = std::function<void(worker::Event)>;

class RenderThread {
  public:
    // Both references outlive the thread.
    RenderThread(worker::Executor& chain, const link::Outbox& outbox, Post post);
    RenderThread(const RenderThread&) = delete;
    RenderThread& operator=(const RenderThread&) = delete;
    // Stops the job under way, and waits until its renderer has stopped or was killed.
    ~RenderThread();

    // StepDone events and one RenderEnded follow. The job before must have ended.
    void start(worker::Job job);
    void stop(const worker::Lease& lease);

  private:
    void run(const std::stop_token& stop);
    void render(const worker::Job& job, const std::stop_token& stop);

    worker::Executor& chain_;
    const link::Outbox& outbox_;
    const Post post_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<worker::Job> next_;  // Under mutex_.
    worker::Lease lease_;              // Under mutex_: of the job that stop_job_ belongs to.
    std::stop_source stop_job_;        // Under mutex_.
    std::jthread thread_;              // Last: it uses the others.
};

}  // namespace gotong::daemon
