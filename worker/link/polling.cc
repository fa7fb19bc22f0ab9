#include "worker/link/polling.h"

#include <grpcpp/channel.h>

#include <algorithm>
#include <utility>

#include "worker/link/status.h"

namespace gotong::link {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kFirstCallWithin = 15s;  // As a stream's.
// Below a minute, which is what proxies wait for an answer; the pool answers by then with nothing.
constexpr std::chrono::milliseconds kListenFor = 20s;
// On top of that; and for a Tell, which the pool answers when it has looked at the frame.
constexpr std::chrono::milliseconds kCallWithin = 15s;
constexpr std::chrono::milliseconds kBetweenCalls = 500ms;

// The network's or the proxy's trouble, not the pool's word. The pool's own "unavailable" comes
// again when it is asked again.
bool is_passing(const Error& error) {
    return error.code == ErrorCode::unavailable || error.code == ErrorCode::deadline_exceeded;
}

// A pool that was restarted does not know the line.
Error as_stream_end(Error error) {
    if (error.code == ErrorCode::not_found) error.code = ErrorCode::unavailable;
    return error;
}

}  // namespace

Polling::Polling(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(v1::WorkerService::NewStub(channel)),
      silence_limit_(kFirstCallWithin),
      heard_at_(Clock::now()) {}

// Makes the call until it has an answer. False: the line has ended.
template <class Call>
bool Polling::make(std::optional<grpc::ClientContext>& context, std::chrono::milliseconds within,
                   Call call) {
    while (true) {
        {
            const std::lock_guard lock{mutex_};
            if (end_) return false;
            context.emplace();
            context->set_deadline(std::chrono::system_clock::now() + within);
        }
        const grpc::Status status = call(*context);
        std::unique_lock lock{mutex_};
        if (end_) return false;
        if (status.ok()) {
            heard_at_ = Clock::now();
            return true;
        }
        const Error error = error_of(status);
        const bool is_silent = Clock::now() - heard_at_ >= silence_limit_;
        lock.unlock();
        if (!is_passing(error) || is_silent) {
            end(as_stream_end(error));
            return false;
        }
        if (!rest(kBetweenCalls)) return false;
    }
}

// False when the line ended meanwhile.
bool Polling::rest(std::chrono::milliseconds pause) {
    std::unique_lock lock{mutex_};
    return !ended_.wait_for(lock, pause, [this] { return end_.has_value(); });
}

bool Polling::listen() {
    v1::ListenRequest request;
    v1::ListenResponse response;
    {
        const std::lock_guard lock{mutex_};
        request.set_stream(name_);
    }
    request.set_heard(heard_);
    request.set_wait_ms(static_cast<std::uint64_t>(kListenFor.count()));
    const auto call = [&](grpc::ClientContext& context) {
        response.Clear();
        return stub_->Listen(&context, request, &response);
    };
    if (!make(listening_, kListenFor + kCallWithin, call)) return false;
    const std::lock_guard lock{mutex_};
    name_ = response.stream();
    for (v1::ConnectResponse& frame : *response.mutable_frames())
        frames_.push_back(std::move(frame));
    heard_ += static_cast<std::uint64_t>(response.frames_size());
    return true;
}

bool Polling::read(v1::ConnectResponse& frame) {
    while (frames_.empty()) {
        if (!listen()) return false;
    }
    frame = std::move(frames_.front());
    frames_.pop_front();
    return true;
}

bool Polling::write(const v1::ConnectRequest& frame) {
    const std::lock_guard one_at_a_time{write_mutex_};
    v1::TellRequest request;
    {
        const std::lock_guard lock{mutex_};
        request.set_stream(name_);
    }
    request.set_told(told_);
    *request.add_frames() = frame;
    v1::TellResponse response;
    const auto call = [&](grpc::ClientContext& context) {
        return stub_->Tell(&context, request, &response);
    };
    if (!make(telling_, kCallWithin, call)) return false;
    ++told_;
    return true;
}

void Polling::allow_silence(std::chrono::milliseconds limit) {
    const std::lock_guard lock{mutex_};
    silence_limit_ = limit;
}

void Polling::end(Error error) {
    const std::lock_guard lock{mutex_};
    if (!end_) end_ = std::move(error);
    if (listening_) listening_->TryCancel();
    if (telling_) telling_->TryCancel();
    ended_.notify_all();
}

// What was written has arrived: each write waits for its answer.
void Polling::half_close() { cancel(); }

void Polling::cancel() { end({ErrorCode::cancelled, "cancelled", {}}); }

Error Polling::finish() {
    const std::lock_guard one_at_a_time{write_mutex_};  // Nobody is in a call any more.
    const std::lock_guard lock{mutex_};
    return end_.value_or(Error{ErrorCode::unavailable, "the line ended", {}});
}

}  // namespace gotong::link
