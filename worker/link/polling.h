// A line of unary calls, for proxies that let no stream through: one Listen after another waits for
// the pool's frames, and each frame of ours is a Tell.
//
// A call that fails is made again, for as long as the silence that is allowed; the frames' numbers
// see to it that nothing is lost or doubled.
//
// Corridor: rpc/polled_line -> [link/polling] -> link/session
#pragma once

#include <gotong/v1/worker.grpc.pb.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "worker/link/line.h"

namespace gotong::link {

class Polling final : public Line {
  public:
    explicit Polling(const std::shared_ptr<grpc::Channel>& channel);

    bool read(v1::ConnectResponse& frame) override;
    bool write(const v1::ConnectRequest& frame) override;
    void allow_silence(std::chrono::milliseconds limit) override;
    void half_close() override;
    void cancel() override;
    Error finish() override;

  private:
    using Clock = std::chrono::steady_clock;

    template <class Call>
    bool make(std::optional<grpc::ClientContext>& context, std::chrono::milliseconds within,
              Call call);
    bool rest(std::chrono::milliseconds pause);
    void end(Error error);
    bool listen();

    std::unique_ptr<v1::WorkerService::Stub> stub_;

    // Of the reading side:
    std::uint64_t heard_ = 0;
    std::deque<v1::ConnectResponse> frames_;

    std::mutex write_mutex_;  // One Tell at a time.
    std::uint64_t told_ = 0;  // Under write_mutex_.

    std::mutex mutex_;  // Guards what follows; held for moments only.
    std::condition_variable ended_;
    std::string name_;  // Of the line, as the pool gave it.
    std::optional<grpc::ClientContext> listening_;
    std::optional<grpc::ClientContext> telling_;
    std::chrono::milliseconds silence_limit_;
    Clock::time_point heard_at_;
    std::optional<Error> end_;
};

}  // namespace gotong::link
