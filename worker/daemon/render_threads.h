// The threads that run the executor chain, one job each at a time, and say what became of it.
//
// Corridor: job/agent -> [daemon/render_threads] -> job/executor
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "worker/job/event.h"
#include "worker/job/executor.h"
#include "worker/link/outbox.h"

namespace gotong::daemon {

using Post = std::function<void(worker::Event)>;

class RenderThreads {
  public:
    // `count`: jobs that run at once. Both references outlive the threads.
    RenderThreads(std::size_t count, worker::Executor& chain, const link::Outbox& outbox,
                  Post post);
    RenderThreads(const RenderThreads&) = delete;
    RenderThreads& operator=(const RenderThreads&) = delete;
    // Stops the jobs under way, and waits until their renderer has stopped or was killed.
    ~RenderThreads();

    // StepDone events and one RenderEnded follow. A job beyond `count` waits for a thread.
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
    std::deque<worker::Job> waiting_;                  // Under mutex_.
    std::map<worker::Lease, std::stop_source> stops_;  // Under mutex_: of all that was started.
    std::vector<std::jthread> threads_;                // Last: they use the others.
};

}  // namespace gotong::daemon
