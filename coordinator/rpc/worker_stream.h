// One worker's stream: frames in, frames out, and who it is.
//
// It begins with our challenge. The first frame must be a Hello signed over it; every later frame
// becomes an event for the core. The next frame is read when the last one has been dealt with (a
// result is verified on another thread first), so that frames keep their order and a flood waits on
// its own wire. A worker that does not read what we write is cut off. Deletes itself when gRPC is
// done with it.
//
// Corridor: schedule/lease -> [rpc/worker_stream] -> link/session
#pragma once

#include <grpcpp/support/server_callback.h>

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "common/handshake/handshake.h"
#include "coordinator/rpc/edge.h"
#include "coordinator/rpc/worker_streams.h"
#include "gotong/v1/worker.pb.h"

namespace gotong::rpc {

class ResultDesk;

class WorkerStream final : public grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse> {
  public:
    WorkerStream(grpc::CallbackServerContext& context, const Edge& edge, WorkerStreams& streams,
                 ResultDesk& results);

    // From any thread, while the stream is in `streams`.
    void say(const core::WorkerMessage& message);
    void end(const Error& reason);
    void end_unless_greeted();
    void read_on();  // The last frame has been dealt with.

  private:
    void OnReadDone(bool ok) override;
    void OnWriteDone(bool ok) override;
    void OnCancel() override;
    void OnDone() override;

    void begin();
    Result<> take(const v1::ConnectRequest& frame);
    Result<> take_hello(const v1::Hello& hello);
    Result<> take_greeted(const v1::ConnectRequest& frame);
    Result<> take_result(const v1::Result& result);
    Result<> post(Result<core::Event> event);
    Result<> post(loop::Task task);

    void warn_of_rival(const Error& reason);
    void send(v1::ConnectResponse frame);
    void stop(grpc::Status status, bool drop_waiting);
    void advance();  // Starts what comes next, unless a write is under way.

    grpc::CallbackServerContext& context_;
    const Edge& edge_;
    WorkerStreams& streams_;
    ResultDesk& results_;
    const std::string base_;  // Of the URLs for this worker.
    std::array<std::uint8_t, handshake::kChallengeBytes> challenge_{};
    core::StreamId id_ = 0;  // 0: the pool was full, and the stream ended at once.

    // Of the reading side: one reaction at a time.
    v1::ConnectRequest request_;
    std::optional<crypto::PublicKey> key_;  // Set by the Hello.

    std::mutex mutex_;
    std::deque<v1::ConnectResponse> waiting_;
    v1::ConnectResponse writing_;
    bool greeted_ = false;
    bool busy_ = false;                   // A write is under way.
    bool reading_ = false;                // read_on() is starting a read.
    bool finished_ = false;               // Finish() was called.
    std::optional<grpc::Status> ending_;  // How to finish, once nothing is left to write.
};

}  // namespace gotong::rpc
