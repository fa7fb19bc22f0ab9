// One connection attempt's way for frames to and from the pool: a stream, or the unary calls that
// stand for one.
#pragma once

#include <gotong/v1/worker.pb.h>

#include <chrono>

#include "common/result.h"

namespace gotong::link {

// read() and finish() from one thread, write() from any, cancel() from any at any time.
class Line {
  public:
    virtual ~Line() = default;  // finish() must have returned.

    // Blocks; false when the line has ended, been cancelled or been silent for too long.
    virtual bool read(v1::ConnectResponse& frame) = 0;
    virtual bool write(const v1::ConnectRequest& frame) = 0;

    // From now on, so much silence ends the line.
    virtual void allow_silence(std::chrono::milliseconds limit) = 0;

    virtual void half_close() = 0;  // Nothing more will be written.
    virtual void cancel() = 0;

    // Why the line ended; call once, after read() returned false.
    virtual Error finish() = 0;
};

}  // namespace gotong::link
