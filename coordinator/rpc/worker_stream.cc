#include "coordinator/rpc/worker_stream.h"

#include <utility>

#include "common/log/log.h"
#include "coordinator/rpc/limits.h"
#include "coordinator/rpc/status.h"
#include "coordinator/rpc/worker_frames.h"

namespace gotong::rpc {

WorkerStream::WorkerStream(grpc::CallbackServerContext& context, const Edge& edge,
                           WorkerStreams& streams, ResultDesk& results)
    : context_(context),
      edge_(edge),
      streams_(streams),
      dialogue_(edge, streams, results),
      base_(edge.base_for(context)) {
    const auto id = streams_.add(this, edge_.clock.now().monotonic);
    if (!id) {
        end({ErrorCode::unavailable, "the pool cannot take another worker now; try later", {}});
        return;
    }
    id_ = *id;
    begin();
}

void WorkerStream::begin() {
    dialogue_.begin(id_);
    send(dialogue_.challenge());
    StartRead(&request_);
}

void WorkerStream::OnReadDone(bool ok) {
    if (!ok) return stop(grpc::Status::OK, false);  // The worker has said all that it wanted.
    if (const auto taken = dialogue_.take(request_); !taken) end(taken.error());
}

void WorkerStream::say(const core::WorkerMessage& message) {
    if (const auto* close = std::get_if<core::CloseStream>(&message)) {
        dialogue_.note_end(close->reason);
        return end(close->reason);
    }
    send(to_wire(message, edge_.links_for(base_)));
}

void WorkerStream::send(v1::ConnectResponse frame) {
    bool too_slow = false;
    {
        const std::lock_guard lock(mutex_);
        if (ending_) return;
        too_slow = waiting_.size() >= kMaxWaitingFrames;
        if (!too_slow) waiting_.push_back(std::move(frame));
    }
    if (!too_slow) return advance();
    stop({grpc::StatusCode::RESOURCE_EXHAUSTED, "this worker does not read its stream"}, true);
    context_.TryCancel();  // Its status would wait behind what it does not read.
}

void WorkerStream::end(const Error& reason) {
    log::debug("ending a worker's stream",
               {{"stream", std::to_string(id_)}, {"reason", reason.message}});
    stop(to_status(reason), false);
}

void WorkerStream::end_unless_greeted() {
    if (!dialogue_.is_greeted()) end(no_hello());
}

void WorkerStream::stop(grpc::Status status, bool drop_waiting) {
    {
        const std::lock_guard lock(mutex_);
        if (drop_waiting) waiting_.clear();
        if (!ending_) ending_ = std::move(status);
    }
    advance();
}

void WorkerStream::advance() {
    std::optional<grpc::Status> status;
    {
        const std::lock_guard lock(mutex_);
        if (busy_ || reading_ || finished_ || (waiting_.empty() && !ending_)) return;
        if (!waiting_.empty()) {
            writing_ = std::move(waiting_.front());
            waiting_.pop_front();
            busy_ = true;
        } else {
            status = ending_;
            finished_ = true;
        }
    }
    // Whoever set the flag is alone here, and the stream lives until it has been finished.
    if (status) {
        Finish(*status);
    } else {
        StartWrite(&writing_);
    }
}

void WorkerStream::read_on() {
    {
        const std::lock_guard lock(mutex_);
        if (ending_) return;
        reading_ = true;  // Holds Finish() back until the read has begun.
    }
    StartRead(&request_);
    {
        const std::lock_guard lock(mutex_);
        reading_ = false;
    }
    advance();
}

void WorkerStream::OnWriteDone(bool ok) {
    {
        const std::lock_guard lock(mutex_);
        busy_ = false;
    }
    if (!ok) return stop(grpc::Status::CANCELLED, true);
    advance();
}

void WorkerStream::OnCancel() { stop(grpc::Status::CANCELLED, true); }

void WorkerStream::OnDone() {
    if (id_ != 0) streams_.remove(id_);
    dialogue_.closed();
    delete this;
}

}  // namespace gotong::rpc
