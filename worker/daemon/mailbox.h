// Where the daemon's threads leave events for its loop.
//
// Bounded: a thread that brings events faster than the loop takes them waits, and so does the
// peer behind it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "common/time.h"
#include "worker/job/event.h"

namespace gotong::daemon {

class Mailbox {
  public:
    void push(worker::Event event) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return events_.size() < kMostEvents || is_closed_; });
        if (is_closed_) return;
        events_.push_back(std::move(event));
        changed_.notify_all();
    }

    // The oldest event, or nullopt when there is none before `deadline`.
    std::optional<worker::Event> pop_until(Monotonic deadline) {
        std::unique_lock lock{mutex_};
        const auto has_event = [this] { return !events_.empty(); };
        if (deadline == Monotonic::max()) {
            changed_.wait(lock, has_event);  // wait_until() would overflow.
        } else if (!changed_.wait_until(lock, deadline, has_event)) {
            return std::nullopt;
        }
        std::optional<worker::Event> event{std::move(events_.front())};
        events_.pop_front();
        changed_.notify_all();
        return event;
    }

    // The loop has ended: what comes from now on is dropped, and nobody waits any more.
    void close() {
        const std::lock_guard lock{mutex_};
        is_closed_ = true;
        changed_.notify_all();
    }

  private:
    static constexpr std::size_t kMostEvents = 1'024;  // Seconds of the busiest session.

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<worker::Event> events_;
    bool is_closed_ = false;
};

}  // namespace gotong::daemon
