// What turns a job into a picture; the engine in the binary, a script in tests.
#pragma once

#include <stop_token>

#include "common/result.h"
#include "worker/engine/request/request.h"
#include "worker/renderer/protocol/wire.h"

namespace gotong::renderer {

struct Painted {
    engine::Picture picture;
    double load_ms = 0;  // 0 where the model was loaded already.
};

class Painter {
  public:
    virtual ~Painter() = default;

    // Called from one thread. A requested stop ends it soon, with ErrorCode::cancelled.
    virtual Result<Painted> paint(const RenderJob& job, engine::Observer& observer,
                                  std::stop_token stop) = 0;
};

}  // namespace gotong::renderer
