// The open worker streams: how the core's words find them, and how silent ones are ended.
#pragma once

#include <deque>
#include <mutex>

#include "common/time.h"
#include "coordinator/core/send.h"
#include "coordinator/rpc/registry.h"

namespace gotong::rpc {

class WorkerStream;

class WorkerStreams {
  public:
    WorkerStreams();

    // nullopt: full, or closed. The stream has kHelloTimeout from `now` to say Hello.
    std::optional<core::StreamId> add(WorkerStream* stream, Monotonic now);
    void remove(core::StreamId id);

    // All of these do nothing when the stream has ended meanwhile.
    void say(const core::ToWorker& message);
    void end(core::StreamId id, const Error& reason);
    void read_on(core::StreamId id);

    // Ends the streams whose Hello is overdue.
    void tick(Monotonic now);

    // Ends all, and takes no more.
    void close(const Error& reason);

    std::size_t open() const { return streams_.size(); }

  private:
    struct Greeting {
        Monotonic due;
        core::StreamId stream;
    };

    Registry<WorkerStream> streams_;
    std::mutex mutex_;
    std::deque<Greeting> greetings_;  // In order of `due`: the timeout is one for all.
};

}  // namespace gotong::rpc
