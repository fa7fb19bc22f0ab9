// One connection attempt's gRPC stream, with a watchdog over its silence.
#pragma once

#include <gotong/v1/worker.grpc.pb.h>
#include <grpcpp/client_context.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "common/result.h"

namespace gotong::link {

// read() and finish() from one thread, write() from any, cancel() from any at any time.
class Stream {
  public:
    explicit Stream(const std::shared_ptr<grpc::Channel>& channel);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream();  // finish() must have returned.

    // Blocks; false when the stream has ended, been cancelled or been silent for too long.
    bool read(v1::ConnectResponse& frame);
    bool write(const v1::ConnectRequest& frame);

    // From now on, so much silence ends the stream.
    void allow_silence(std::chrono::milliseconds limit);

    void half_close();  // Nothing more will be written.
    void cancel();

    // Why the stream ended; call once, after read() returned false.
    Error finish();

  private:
    void watch(const std::stop_token& stop);

    std::unique_ptr<v1::WorkerService::Stub> stub_;
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientReaderWriter<v1::ConnectRequest, v1::ConnectResponse>> stream_;

    std::mutex write_mutex_;
    bool is_half_closed_ = false;  // Under write_mutex_.

    std::mutex watch_mutex_;
    std::condition_variable_any heard_something_;
    std::chrono::milliseconds silence_limit_;      // Under watch_mutex_.
    std::chrono::steady_clock::time_point heard_;  // Under watch_mutex_.
    std::atomic<bool> was_silent_{false};
    std::jthread watchdog_;  // Last: it uses the others.
};

}  // namespace gotong::link
