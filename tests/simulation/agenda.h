// Virtual time: what happens next. Two things at the same moment happen in the order in which they
// were planned.
#pragma once

#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "common/time.h"

namespace gotong::simulation {

using std::chrono::milliseconds;

class Agenda {
  public:
    using Action = std::function<void()>;

    void after(milliseconds delay, Action action) { at(now_ + delay, std::move(action)); }
    void at(Monotonic when, Action action) {
        entries_.push(Entry{std::max(when, now_), ++planned_, std::move(action)});
    }

    // False when nothing is planned.
    bool run_next() {
        if (entries_.empty()) return false;
        Entry next = std::move(const_cast<Entry&>(entries_.top()));
        entries_.pop();
        now_ = next.when;
        next.action();
        return true;
    }

    Monotonic now() const { return now_; }

  private:
    struct Entry {
        Monotonic when;
        std::uint64_t order = 0;
        Action action;
        bool operator<(const Entry& other) const {
            return std::pair{when, order} > std::pair{other.when, other.order};
        }
    };

    std::priority_queue<Entry> entries_;
    std::uint64_t planned_ = 0;
    Monotonic now_ = Monotonic{} + std::chrono::hours{1'000};
};

}  // namespace gotong::simulation
