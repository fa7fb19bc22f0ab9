// The thread around the core.
//
// Edges post tasks from any thread. The loop's one thread takes many of them, lets them step the
// core and read the store in one transaction, commits it, and only then hands out what they wanted
// said: group commit, so that a hundred workers share one fsync. Nothing is ever said that a crash
// could take back. A commit that fails ends the process: recovery starts from disk.
//
// Threads: post() and stop() from any thread; everything else on the loop's own.
//
// Corridor: rpc/creator_service -> [loop/loop] -> core/core
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "common/result.h"
#include "common/time.h"
#include "coordinator/core/core.h"
#include "coordinator/observe/histogram.h"
#include "coordinator/store/store.h"

namespace gotong::loop {

// More than this many waiting tasks are seconds of work: better to say "busy" than to let everybody
// wait.
inline constexpr std::size_t kMaxWaiting = 16'384;
// Tasks that share one commit. At a few microseconds each, the first of them waits for about a
// millisecond.
inline constexpr std::size_t kMaxBatch = 256;
// How often the core is told that time has passed.
inline constexpr std::chrono::milliseconds kTick{100};

// Where the core's words go, on the loop's thread, after the commit and in order. Must not block.
class Outlet {
  public:
    virtual ~Outlet() = default;
    virtual void to_worker(core::ToWorker message) = 0;
    virtual void job_changed(core::JobChanged change) = 0;
    virtual void remove_input(core::RemoveInput file) = 0;  // Before any later task runs.
    virtual bool remove_blob(core::RemoveBlob blob) = 0;    // Whether it is gone. The same.
    virtual void tick(Now now) = 0;
};

// What a loop spent its time with since it was started.
struct Figures {
    observe::Histogram step_seconds{observe::kShortTimes};  // Of a turn, its commit left out.
    // Of turns that had tasks; a tick alone mostly writes nothing.
    observe::Histogram commit_seconds{observe::kShortTimes};
    observe::Histogram batch_tasks{observe::kBatchSizes};  // That shared a commit.
};

using OnAnswer = std::function<void(Result<core::Answer>)>;

class Loop;

// What a task may do while it runs; not to be kept.
class Turn {
  public:
    const core::Core& core() const;
    store::Transaction& store() { return store_; }
    Now now() const { return now_; }
    const Figures& figures() const;  // Until the turn before.

    // Lets the core take an event. What it wants said leaves after the commit.
    void step(const core::Event& event);

    // An event with a `reply`: `on_answer` is called after the commit.
    template <class Request>
    void ask(Request request, OnAnswer on_answer) {
        request.reply = expect(std::move(on_answer));
        step(core::Event{std::move(request)});
    }

    // `say` runs after the commit, in order with everything else that is said.
    void after_commit(std::function<void()> say);

  private:
    friend class Loop;
    Turn(Loop& loop, store::Transaction& store, Now now);
    core::ReplyId expect(OnAnswer on_answer);

    Loop& loop_;
    store::Transaction& store_;
    Now now_;
    std::vector<std::function<void()>> said_;
};

using Task = std::function<void(Turn&)>;

class Loop {
  public:
    // All of them outlive the loop. From start() to stop(), core and store are the loop's alone.
    Loop(core::Core& core, store::Store& store, const Clock& clock, Outlet& outlet);
    ~Loop();  // stop()

    // Restores the core from the store, then starts the thread.
    Result<> start();

    // False: kMaxWaiting tasks are waiting and this one was not taken.
    [[nodiscard]] bool post(Task task);

    // For the little that must not be lost, as the end of a stream: taken however full the queue
    // is.
    void post_always(Task task);

    std::size_t waiting() const;  // Tasks; from any thread.

    // Runs what was posted before, commits it, and ends the thread. Tasks posted later are dropped.
    void stop();

  private:
    friend class Turn;
    Result<> restore(Now now);
    void run();
    std::vector<Task> take();
    void turn(const std::vector<Task>& tasks);
    void note(std::size_t tasks, Monotonic begun, Monotonic stepped);
    void hand_out(core::Send send);

    core::Core& core_;
    store::Store& store_;
    const Clock& clock_;
    Outlet& outlet_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Task> waiting_;
    bool stopping_ = false;

    core::ReplyId last_reply_ = 0;
    std::map<core::ReplyId, OnAnswer> expected_;
    Monotonic next_tick_{};
    Figures figures_;
    std::thread thread_;
};

}  // namespace gotong::loop
