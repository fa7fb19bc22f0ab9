// One worker's unary calls, which stand for a stream: Listen brings our frames down, Tell its
// frames up.
//
// Frames are numbered. Ours are kept until the next Listen says that they have arrived; of its
// frames those that came before are skipped. So a call that is lost, or made again, loses and
// doubles nothing. A worker that has not listened for a while has gone.
//
// Threads: any; what it answers, it answers under its own lock.
//
// Corridor: schedule/lease -> [rpc/polled_line] -> link/polling
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "coordinator/rpc/dialogue.h"
#include "coordinator/rpc/unary.h"
#include "coordinator/rpc/worker_line.h"
#include "gotong/v1/worker.pb.h"

namespace gotong::rpc {

class PolledLine final : public WorkerLine {
  public:
    using RespondListen = Respond<v1::ListenResponse>;
    using RespondTell = Respond<v1::TellResponse>;

    // `base`: of the URLs for this worker. `name`: what its calls name the line by.
    PolledLine(const Edge& edge, WorkerStreams& streams, ResultDesk& results, std::string base,
               std::string name);

    void begin(core::StreamId id);  // The challenge waits to be heard.
    core::StreamId id() const { return id_; }

    void listen(const v1::ListenRequest& request, const RespondListen& respond);
    void tell(v1::TellRequest request, const RespondTell& respond);

    void say(const core::WorkerMessage& message) override;
    void end(const Error& reason) override;
    void end_unless_greeted() override;
    void read_on() override;
    bool polls() const override { return true; }

    // Answers a Listen that has waited for long enough. False: the line is over, and was heard to
    // be, or nobody listens any more.
    bool tick(Monotonic now);

    void closed() { dialogue_.closed(); }

  private:
    struct Listening {
        RespondListen respond;
        Monotonic due;
    };

    Result<> forget_heard(std::uint64_t heard);
    Result<> take_told(v1::TellRequest& request);
    void push(v1::ConnectResponse frame);
    void answer_listen();
    void answer_tell();
    void end_locked(const Error& reason);
    std::optional<v1::ConnectRequest> next_told();
    void pump();

    const Edge& edge_;
    Dialogue dialogue_;
    const std::string base_;
    const std::string name_;
    core::StreamId id_ = 0;

    std::mutex mutex_;  // Guards what follows.
    std::deque<v1::ConnectResponse> waiting_;
    std::uint64_t heard_ = 0;  // Frames before those.
    std::optional<Listening> listening_;
    Monotonic last_listened_;
    std::deque<v1::ConnectRequest> told_;  // Not dealt with yet.
    std::uint64_t dealt_with_ = 0;         // Frames before those.
    std::optional<RespondTell> telling_;
    bool is_busy_ = false;         // With a told frame.
    std::optional<Error> ending_;  // Set: how the line has ended.
    bool end_was_heard_ = false;
};

}  // namespace gotong::rpc
