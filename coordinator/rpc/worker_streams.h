// The open worker streams, polled ones among them: how the core's words find them, and how silent
// ones are ended.
#pragma once

#include <deque>
#include <mutex>

#include "common/time.h"
#include "coordinator/core/send.h"
#include "coordinator/rpc/polled_lines.h"
#include "coordinator/rpc/registry.h"

namespace gotong::rpc {

class WorkerLine;

class WorkerStreams {
  public:
    WorkerStreams();

    // nullopt: full, or closed. The stream has kHelloTimeout from `now` to say Hello.
    std::optional<core::StreamId> add(WorkerLine* line, Monotonic now);
    void remove(core::StreamId id);

    // All of these do nothing when the stream has ended meanwhile.
    void say(const core::ToWorker& message);
    void end(core::StreamId id, const Error& reason);
    void read_on(core::StreamId id);

    // Whether the stream is one of unary calls. False when it has ended.
    bool polls(core::StreamId id);

    // Those of them that are polled.
    PolledLines& polled() { return polled_; }

    // Ends the streams whose Hello is overdue, and polled ones to which nobody listens.
    void tick(Monotonic now);

    // Ends all, and takes no more.
    void close(const Error& reason);

    std::size_t open() const { return streams_.size(); }

  private:
    struct Greeting {
        Monotonic due;
        core::StreamId stream;
    };

    Registry<WorkerLine> streams_;
    PolledLines polled_;
    std::mutex mutex_;
    std::deque<Greeting> greetings_;  // In order of `due`: the timeout is one for all.
};

}  // namespace gotong::rpc
