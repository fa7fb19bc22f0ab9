// The thread that puts finished pictures where the pool wants them, one after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "worker/job/event.h"
#include "worker/link/endpoint.h"
#include "worker/link/outbox.h"

namespace gotong::daemon {

class UploadThread {
  public:
    using Post = std::function<void(worker::Event)>;

    // `outbox` outlives the thread.
    UploadThread(link::Endpoint pool, const link::Outbox& outbox, Post post);
    UploadThread(const UploadThread&) = delete;
    UploadThread& operator=(const UploadThread&) = delete;
    ~UploadThread();  // Waits for the upload under way, which a silent server ends in seconds.

    // One UploadEnded follows. The agent has each picture under way at most once, which bounds
    // the queue by the outbox.
    void start(const worker::Lease& lease, std::string url);

  private:
    struct Task {
        worker::Lease lease;
        std::string url;
    };

    void run(const std::stop_token& stop);
    Result<> upload(const Task& task) const;

    const link::Endpoint pool_;
    const link::Outbox& outbox_;
    const Post post_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Task> tasks_;  // Under mutex_.
    std::jthread thread_;     // Last: it uses the others.
};

}  // namespace gotong::daemon
