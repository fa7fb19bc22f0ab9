// Jobs between the thread that reads the socket and the one that paints: waiting, first come first
// served, and the one under way. Every method may be called from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>

#include "common/result.h"
#include "worker/renderer/protocol/wire.h"

namespace gotong::renderer {

// A worker holds a lease on every job it hands over, and holds few.
inline constexpr std::size_t kMaxWaiting = 64;

class JobQueue {
  public:
    struct Taken {
        RenderJob job;
        std::stop_token stop;  // Of cancel().
    };

    // Errors: resource_exhausted (kMaxWaiting wait), already_exists (the tag is in use).
    Result<> push(RenderJob job);

    // The next job, which is then under way; waits for one. nullopt once `stop` is requested.
    std::optional<Taken> take(std::stop_token stop);

    // The job under way has been answered.
    void finish();

    // True: the job waited, is gone and must be answered by the caller. False: it was under way
    // and has been told to stop, or is not here any more.
    bool cancel(Tag tag);

    // Tells the job under way to stop.
    void stop_current();

  private:
    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::deque<RenderJob> waiting_;
    std::optional<Tag> current_;
    std::stop_source current_stop_;
};

}  // namespace gotong::renderer
