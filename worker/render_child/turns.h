// Which jobs may be in the renderer together: any number on their first try, and one by itself on
// its second. A child that dies under several jobs may have died of any of them; one that dies
// again tells whose fault it is.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>

namespace gotong::render_child {

class Turns {
  public:
    enum class Company { others, nobody };

    // Blocks until the job may go in. False when `stop` came first.
    bool enter(Company company, const std::stop_token& stop) {
        std::unique_lock lock{mutex_};
        if (company == Company::others) {
            const auto is_open = [this] { return !is_alone_ && wish_alone_ == 0; };
            if (!changed_.wait(lock, stop, is_open)) return false;
        } else {
            ++wish_alone_;
            const bool is_empty = changed_.wait(lock, stop, [this] { return inside_ == 0; });
            --wish_alone_;
            changed_.notify_all();
            if (!is_empty) return false;
            is_alone_ = true;
        }
        ++inside_;
        return true;
    }

    void leave() {
        const std::lock_guard lock{mutex_};
        --inside_;
        is_alone_ = false;  // If it was, nobody else is inside.
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t inside_ = 0;
    std::size_t wish_alone_ = 0;  // Waiting to be inside alone; nobody else goes in meanwhile.
    bool is_alone_ = false;
};

}  // namespace gotong::render_child
