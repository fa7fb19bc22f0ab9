// One worker's stream: frames in, frames out, and who it is.
//
// What it says is rpc/dialogue's affair. The next frame is read when the last one is dealt with (a
// result is verified on another thread first), so that frames keep their order and a flood waits on
// its own wire. A worker that does not read what we write is cut off. Deletes itself when gRPC is
// done with it.
//
// Corridor: schedule/lease -> [rpc/worker_stream] -> link/session
#pragma once

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "coordinator/rpc/dialogue.h"
#include "coordinator/rpc/edge.h"
#include "coordinator/rpc/worker_line.h"
#include "coordinator/rpc/worker_streams.h"
#include "gotong/v1/worker.pb.h"

namespace gotong::rpc {

class WorkerStream final : public grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>,
                           public WorkerLine {
  public:
    WorkerStream(grpc::CallbackServerContext& context, const Edge& edge, WorkerStreams& streams,
                 ResultDesk& results);

    void say(const core::WorkerMessage& message) override;
    void end(const Error& reason) override;
    void end_unless_greeted() override;
    void read_on() override;

  private:
    void OnReadDone(bool ok) override;
    void OnWriteDone(bool ok) override;
    void OnCancel() override;
    void OnDone() override;

    void begin();
    void send(v1::ConnectResponse frame);
    void stop(grpc::Status status, bool drop_waiting);
    void advance();  // Starts what comes next, unless a write is under way.

    grpc::CallbackServerContext& context_;
    const Edge& edge_;
    WorkerStreams& streams_;
    Dialogue dialogue_;
    const std::string base_;  // Of the URLs for this worker.
    core::StreamId id_ = 0;   // 0: the pool was full, and the stream ended at once.

    // Of the reading side: one reaction at a time.
    v1::ConnectRequest request_;

    std::mutex mutex_;
    std::deque<v1::ConnectResponse> waiting_;
    v1::ConnectResponse writing_;
    bool busy_ = false;                   // A write is under way.
    bool reading_ = false;                // read_on() is starting a read.
    bool finished_ = false;               // Finish() was called.
    std::optional<grpc::Status> ending_;  // How to finish, once nothing is left to write.
};

}  // namespace gotong::rpc
