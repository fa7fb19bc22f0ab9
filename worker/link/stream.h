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

#include "worker/link/line.h"

namespace gotong::link {

class Stream final : public Line {
  public:
    explicit Stream(const std::shared_ptr<grpc::Channel>& channel);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() override;

    bool read(v1::ConnectResponse& frame) override;
    bool write(const v1::ConnectRequest& frame) override;
    void allow_silence(std::chrono::milliseconds limit) override;
    void half_close() override;
    void cancel() override;
    Error finish() override;

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
