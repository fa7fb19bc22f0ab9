// What a worker says, frame by frame, until it becomes events for the core: the same on a stream
// and on unary calls.
//
// It begins with our challenge. The first frame must be a Hello signed over it. One frame at a
// time: the next is taken when WorkerStreams::read_on() was called for the last.
//
// Corridor: rpc/worker_stream -> [rpc/dialogue] -> rpc/worker_frames
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "common/handshake/handshake.h"
#include "coordinator/rpc/edge.h"
#include "coordinator/rpc/worker_streams.h"
#include "gotong/v1/worker.pb.h"

namespace gotong::rpc {

class ResultDesk;

class Dialogue {
  public:
    // All references outlive the dialogue.
    Dialogue(const Edge& edge, WorkerStreams& streams, ResultDesk& results);

    void begin(core::StreamId id) { id_ = id; }
    v1::ConnectResponse challenge() const;

    // An error is what the line ends with. Success: read_on() comes, from another thread perhaps.
    Result<> take(const v1::ConnectRequest& frame);

    // The core ends the line: a worker whose key a second daemon has is the operator's business.
    void note_end(const Error& reason) const;

    bool is_greeted() const { return greeted_; }  // From any thread.

    void closed() const;  // The line has ended: the core hears it, if it ever heard of the line.

  private:
    Result<> take_hello(const v1::Hello& hello);
    Result<> take_greeted(const v1::ConnectRequest& frame);
    Result<> take_result(const v1::Result& result);
    Result<> post(Result<core::Event> event);
    Result<> post(loop::Task task);

    const Edge& edge_;
    WorkerStreams& streams_;
    ResultDesk& results_;
    core::StreamId id_ = 0;
    std::array<std::uint8_t, handshake::kChallengeBytes> challenge_{};
    std::optional<crypto::PublicKey> key_;  // Set by the Hello.
    std::atomic<bool> greeted_ = false;
};

}  // namespace gotong::rpc
