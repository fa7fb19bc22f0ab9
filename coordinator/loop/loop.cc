#include "coordinator/loop/loop.h"

#include <pthread.h>

#include <cstdlib>
#include <utility>
#include <variant>

#include "common/log/log.h"

namespace gotong::loop {
namespace {

// Nothing of a transaction that failed may be said, and the core's memory is ahead of the disk now.
[[noreturn]] void end_process(const Error& error) {
    log::error("cannot write the pool's data; stopping, so that a restart goes on from disk",
               {{"reason", error.message}});
    std::_Exit(1);
}

}  // namespace

Turn::Turn(Loop& loop, store::Transaction& store, Now now)
    : loop_(loop), store_(store), now_(now) {}

const core::Core& Turn::core() const { return loop_.core_; }

const Figures& Turn::figures() const { return loop_.figures_; }

void Turn::step(const core::Event& event) {
    for (core::Send& send : loop_.core_.step(event, now_, store_)) {
        said_.emplace_back(
            [&loop = loop_, send = std::move(send)]() mutable { loop.hand_out(std::move(send)); });
    }
}

void Turn::after_commit(std::function<void()> say) { said_.push_back(std::move(say)); }

core::ReplyId Turn::expect(OnAnswer on_answer) {
    const core::ReplyId reply = ++loop_.last_reply_;
    loop_.expected_.emplace(reply, std::move(on_answer));
    return reply;
}

Loop::Loop(core::Core& core, store::Store& store, const Clock& clock, Outlet& outlet)
    : core_(core), store_(store), clock_(clock), outlet_(outlet) {}

Loop::~Loop() { stop(); }

// The store is the thread's own from here on: what restored must have let go of it.
Result<> Loop::start() {
    const Now now = clock_.now();
    if (auto restored = restore(now); !restored) return restored;
    next_tick_ = now.monotonic;
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "core");
    return {};
}

Result<> Loop::restore(Now now) {
    const auto transaction = store_.begin();
    return store::complete(*transaction, [&] { core_.restore(*transaction, now); });
}

bool Loop::post(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= kMaxWaiting) return false;
        waiting_.push_back(std::move(task));
    }
    wake_.notify_one();
    return true;
}

void Loop::post_always(Task task) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(task));
    }
    wake_.notify_one();
}

std::size_t Loop::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

void Loop::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

std::vector<Task> Loop::take() {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, next_tick_, [&] { return stopping_ || !waiting_.empty(); });
    std::vector<Task> tasks;
    while (!waiting_.empty() && tasks.size() < kMaxBatch) {
        tasks.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return tasks;
}

void Loop::run() {
    for (;;) {
        const std::vector<Task> tasks = take();
        {
            const std::lock_guard lock(mutex_);
            if (stopping_ && tasks.empty()) return;
        }
        turn(tasks);
    }
}

void Loop::turn(const std::vector<Task>& tasks) {
    const Now now = clock_.now();
    const auto transaction = store_.begin();
    Turn turn(*this, *transaction, now);
    const bool ticks = now.monotonic >= next_tick_;
    Monotonic stepped = now.monotonic;
    const Result<> completed = store::complete(*transaction, [&] {
        for (const Task& task : tasks) task(turn);
        if (ticks) turn.step(core::Tick{});
        stepped = clock_.now().monotonic;
    });
    if (!completed) end_process(completed.error());
    note(tasks.size(), now.monotonic, stepped);
    if (ticks) next_tick_ = now.monotonic + kTick;
    for (const auto& say : turn.said_) say();
    if (ticks) outlet_.tick(now);
}

void Loop::note(std::size_t tasks, Monotonic begun, Monotonic stepped) {
    using Seconds = std::chrono::duration<double>;
    figures_.step_seconds.observe(Seconds(stepped - begun).count());
    if (tasks == 0) return;
    figures_.commit_seconds.observe(Seconds(clock_.now().monotonic - stepped).count());
    figures_.batch_tasks.observe(static_cast<double>(tasks));
}

void Loop::hand_out(core::Send send) {
    if (auto* message = std::get_if<core::ToWorker>(&send)) {
        outlet_.to_worker(std::move(*message));
    } else if (auto* change = std::get_if<core::JobChanged>(&send)) {
        outlet_.job_changed(std::move(*change));
    } else if (auto* file = std::get_if<core::RemoveInput>(&send)) {
        // In a turn of its own, since the file may have been uploaded again in the one before: what
        // is on disk in a turn, and has a row, stays.
        post_always([this, file = *file](Turn& turn) {
            if (!turn.store().find_input(file.name)) outlet_.remove_input(file);
        });
    } else if (auto* blob = std::get_if<core::RemoveBlob>(&send)) {
        // The same: a worker may have been told to upload it again.
        post_always([this, blob = *blob](Turn& turn) {
            if (!turn.store().is_doomed(blob.sha256) || !outlet_.remove_blob(blob)) return;
            turn.step(core::Event{core::BlobRemoved{blob.sha256}});
        });
    } else if (auto* reply = std::get_if<core::Reply>(&send)) {
        auto expected = expected_.extract(reply->reply);
        if (!expected.empty()) expected.mapped()(std::move(reply->answer));
    }
}

}  // namespace gotong::loop
