// What turns jobs into pictures, several at once where they can share its calls; the engine in the
// binary, a script in tests.
//
// Corridor: protocol/paint_loop -> [protocol/painter] -> engine/batch
#pragma once

#include <stop_token>
#include <vector>

#include "common/result.h"
#include "worker/engine/request/request.h"
#include "worker/renderer/protocol/wire.h"

namespace gotong::renderer {

struct Painted {
    engine::Picture picture;
    double load_ms = 0;  // 0 where the model was loaded already.
};

// Called from one thread.
class Painter {
  public:
    struct Ended {
        Tag tag = 0;
        Result<Painted> picture;
    };

    virtual ~Painter() = default;

    // All models that are in memory.
    virtual std::vector<LoadedModel> loaded() const { return {}; }

    // Whether the job could join those under way: one model, one size. True when there are none.
    virtual bool takes(const RenderJob& job) const = 0;

    // Begins a picture that it takes; loads the model if it must. `observer` outlives the picture's
    // making, and a requested `stop` ends it with the next step. After an error it is not under
    // way, and the others are as they were.
    virtual Result<> join(const RenderJob& job, engine::Observer& observer,
                          std::stop_token stop) = 0;

    // One step of all that are under way. Those that ended with it: done, stopped (cancelled) or
    // failed.
    virtual std::vector<Ended> step() = 0;
};

}  // namespace gotong::renderer
