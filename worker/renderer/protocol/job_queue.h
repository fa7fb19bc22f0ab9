// Jobs between the thread that reads the socket and the one that paints: waiting, first come first
// served, and under way. Every method may be called from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
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
        std::stop_token stop;   // Of cancel().
        bool is_alone = false;  // Was put back: shares with nobody.
    };
    enum class Whom { only_the_first, anybody };

    // Errors: resource_exhausted (kMaxWaiting wait), already_exists (the tag is in use).
    Result<> push(RenderJob job);

    // The next job, which is then under way; waits for one. nullopt once `stop` is requested.
    std::optional<Taken> take(std::stop_token stop);

    // The first job that `fits`, if one waits; with only_the_first nobody is overtaken. Jobs that
    // were put back fit nowhere. `fits` is called under the queue's lock.
    std::optional<Taken> take_if(Whom whom, const std::function<bool(const RenderJob&)>& fits);

    // A job under way waits again, in front of all others, to be taken alone. False: it was told to
    // stop meanwhile, and remains under way.
    bool put_back(const RenderJob& job);

    // The job under way has been answered.
    void finish(Tag tag);

    // True: the job waited, is gone and must be answered by the caller. False: it was under way
    // and has been told to stop, or is not here any more.
    bool cancel(Tag tag);

    // Tells all jobs under way to stop and forgets those that wait.
    void clear();

  private:
    struct Waiting {
        RenderJob job;
        bool is_alone = false;
    };

    bool is_in_use(Tag tag) const;
    Taken take_at(std::deque<Waiting>::iterator at);

    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::deque<Waiting> waiting_;
    std::map<Tag, std::stop_source> under_way_;
};

}  // namespace gotong::renderer
