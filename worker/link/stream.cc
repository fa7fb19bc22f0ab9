#include "worker/link/stream.h"

#include <grpcpp/channel.h>

#include "worker/link/status.h"

namespace gotong::link {
namespace {

// For connecting, the Challenge and the Welcome.
constexpr std::chrono::seconds kHandshakeWithin{15};

}  // namespace

Stream::Stream(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(v1::WorkerService::NewStub(channel)),
      stream_(stub_->Connect(&context_)),
      silence_limit_(kHandshakeWithin),
      heard_(std::chrono::steady_clock::now()),
      watchdog_([this](const std::stop_token& stop) { watch(stop); }) {}

Stream::~Stream() = default;

bool Stream::read(v1::ConnectResponse& frame) {
    if (!stream_->Read(&frame)) return false;
    const std::lock_guard lock{watch_mutex_};
    heard_ = std::chrono::steady_clock::now();
    return true;
}

bool Stream::write(const v1::ConnectRequest& frame) {
    const std::lock_guard lock{write_mutex_};
    return !is_half_closed_ && stream_->Write(frame);
}

void Stream::allow_silence(std::chrono::milliseconds limit) {
    const std::lock_guard lock{watch_mutex_};
    silence_limit_ = limit;
    heard_something_.notify_all();
}

void Stream::half_close() {
    const std::lock_guard lock{write_mutex_};
    if (!is_half_closed_) stream_->WritesDone();
    is_half_closed_ = true;
}

void Stream::cancel() { context_.TryCancel(); }

Error Stream::finish() {
    half_close();
    watchdog_.request_stop();
    watchdog_.join();
    const Error error = error_of(stream_->Finish());
    if (was_silent_) return {ErrorCode::unavailable, "the pool has gone silent", {}};
    return error;
}

void Stream::watch(const std::stop_token& stop) {
    std::unique_lock lock{watch_mutex_};
    while (!stop.stop_requested()) {
        const auto limit = silence_limit_;
        const auto until = heard_ + limit;
        if (std::chrono::steady_clock::now() >= until) {
            was_silent_ = true;
            context_.TryCancel();
            return;
        }
        heard_something_.wait_until(lock, stop, until, [&] { return silence_limit_ != limit; });
    }
}

}  // namespace gotong::link
