// What the coordinator says to a worker goes down one of these: a stream, or the unary calls that
// stand for one where a proxy lets no stream through. The core knows no difference.
#pragma once

#include "common/result.h"
#include "common/time.h"
#include "coordinator/core/send.h"

namespace gotong::rpc {

class WorkerLine {
  public:
    virtual ~WorkerLine() = default;

    // From any thread, while the line is in WorkerStreams.
    virtual void say(const core::WorkerMessage& message) = 0;
    virtual void end(const Error& reason) = 0;
    virtual void end_unless_greeted() = 0;
    virtual void read_on() = 0;  // The last frame has been dealt with.
    virtual bool polls() const { return false; }
};

inline Error no_hello() {
    return {ErrorCode::deadline_exceeded, "no hello came within 10 seconds", "hello"};
}

}  // namespace gotong::rpc
