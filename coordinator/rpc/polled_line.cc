#include "coordinator/rpc/polled_line.h"

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "coordinator/rpc/limits.h"
#include "coordinator/rpc/worker_frames.h"

namespace gotong::rpc {
namespace {

Failure wrong(std::string message, std::string field) {
    return fail(ErrorCode::invalid_argument, std::move(message), std::move(field));
}

Error replaced() {
    return {ErrorCode::aborted, "another call of this line came after this one", {}};
}

}  // namespace

PolledLine::PolledLine(const Edge& edge, WorkerStreams& streams, ResultDesk& results,
                       std::string base, std::string name)
    : edge_(edge),
      dialogue_(edge, streams, results),
      base_(std::move(base)),
      name_(std::move(name)),
      last_listened_(edge.clock.now().monotonic) {}

void PolledLine::begin(core::StreamId id) {
    id_ = id;
    dialogue_.begin(id);
    const std::lock_guard lock(mutex_);
    push(dialogue_.challenge());
}

void PolledLine::listen(const v1::ListenRequest& request, const RespondListen& respond) {
    const Monotonic now = edge_.clock.now().monotonic;
    const auto wait = std::min<std::uint64_t>(request.wait_ms(),
                                              static_cast<std::uint64_t>(kLongestListen.count()));
    const std::lock_guard lock(mutex_);
    if (listening_) listening_->respond(Failure(replaced()));
    listening_.reset();
    if (auto good = forget_heard(request.heard()); !good) return respond(Failure(good.error()));
    last_listened_ = now;
    listening_.emplace(respond, now + std::chrono::milliseconds(wait));
    if (!waiting_.empty() || ending_ || wait == 0) answer_listen();
}

Result<> PolledLine::forget_heard(std::uint64_t heard) {
    if (heard < heard_ || heard - heard_ > waiting_.size())
        return wrong("that many frames were not heard on this line", "heard");
    for (; heard_ < heard; ++heard_) waiting_.pop_front();
    return {};
}

// As many as fit an answer; what is left waits for the next.
void PolledLine::answer_listen() {
    if (!listening_) return;
    const RespondListen respond = listening_->respond;
    listening_.reset();
    last_listened_ = edge_.clock.now().monotonic;
    if (waiting_.empty() && ending_) {
        end_was_heard_ = true;
        return respond(Failure(*ending_));
    }
    v1::ListenResponse response;
    response.set_stream(name_);
    std::size_t bytes = 0;
    for (const v1::ConnectResponse& frame : waiting_) {
        bytes += frame.ByteSizeLong();
        if (bytes > kMostListenBytes && response.frames_size() > 0) break;
        *response.add_frames() = frame;
    }
    respond(std::move(response));
}

void PolledLine::tell(v1::TellRequest request, const RespondTell& respond) {
    {
        const std::lock_guard lock(mutex_);
        if (telling_) (*telling_)(Failure(replaced()));
        telling_.reset();
        if (ending_) {
            end_was_heard_ = true;
            return respond(Failure(*ending_));
        }
        if (auto good = take_told(request); !good) return respond(Failure(good.error()));
        telling_ = respond;
        if (told_.empty()) answer_tell();
    }
    pump();
}

Result<> PolledLine::take_told(v1::TellRequest& request) {
    const std::uint64_t known = dealt_with_ + told_.size();
    const auto count = static_cast<std::uint64_t>(request.frames_size());
    if (request.told() > known) return wrong("frames of this line are missing", "told");
    if (count > kMaxWaitingFrames) return wrong("too many frames in one call", "frames");
    for (std::uint64_t i = known - request.told(); i < count; ++i)
        told_.push_back(std::move(*request.mutable_frames(static_cast<int>(i))));
    return {};
}

void PolledLine::answer_tell() {
    if (!telling_) return;
    v1::TellResponse response;
    response.set_told(dealt_with_);
    (*telling_)(std::move(response));
    telling_.reset();
}

// Deals with told frames as far as that goes at once; read_on() goes on with the others.
void PolledLine::pump() {
    const auto frame = next_told();
    if (!frame) return;
    if (const auto taken = dialogue_.take(*frame); !taken) end(taken.error());
}

std::optional<v1::ConnectRequest> PolledLine::next_told() {
    const std::lock_guard lock(mutex_);
    if (is_busy_ || told_.empty() || ending_) return std::nullopt;
    is_busy_ = true;
    return told_.front();
}

void PolledLine::read_on() {
    {
        const std::lock_guard lock(mutex_);
        if (!is_busy_) return;
        is_busy_ = false;
        told_.pop_front();
        ++dealt_with_;
        if (told_.empty()) answer_tell();
    }
    pump();
}

void PolledLine::say(const core::WorkerMessage& message) {
    if (const auto* close = std::get_if<core::CloseStream>(&message)) {
        dialogue_.note_end(close->reason);
        return end(close->reason);
    }
    v1::ConnectResponse frame = to_wire(message, edge_.links_for(base_));
    const std::lock_guard lock(mutex_);
    push(std::move(frame));
}

void PolledLine::push(v1::ConnectResponse frame) {
    if (ending_) return;
    if (waiting_.size() >= kMaxWaitingFrames) {
        waiting_.clear();
        return end_locked({ErrorCode::resource_exhausted, "this worker does not listen", {}});
    }
    waiting_.push_back(std::move(frame));
    answer_listen();
}

void PolledLine::end(const Error& reason) {
    log::debug("ending a worker's line",
               {{"stream", std::to_string(id_)}, {"reason", reason.message}});
    const std::lock_guard lock(mutex_);
    end_locked(reason);
}

void PolledLine::end_locked(const Error& reason) {
    if (ending_) return;
    ending_ = reason;
    answer_listen();
    if (!telling_) return;
    (*telling_)(Failure(reason));
    telling_.reset();
}

void PolledLine::end_unless_greeted() {
    if (!dialogue_.is_greeted()) end(no_hello());
}

bool PolledLine::tick(Monotonic now) {
    const std::lock_guard lock(mutex_);
    if (listening_ && now >= listening_->due) answer_listen();
    if (listening_ || (now - last_listened_ < kListenGrace && !end_was_heard_)) return true;
    end_locked({ErrorCode::unavailable, "this worker no longer listens", {}});
    return false;
}

}  // namespace gotong::rpc
