// Ctrl-C and SIGTERM as a stop token. The second one ends the process at once.
//
// Construct it before anything that starts threads: they inherit the blocked signals. One a
// process.
#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

namespace gotong::cli {

class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    bool requested() const { return source_.stop_requested(); }
    int signal() const { return signal_; }  // Which one it was; 0: none yet.

  private:
    void listen(const std::stop_token& end);

    std::stop_source source_;
    std::atomic<int> signal_{0};
    std::jthread listener_;
};

// False when the wait was cut short by `token`.
bool sleep_unless(const std::stop_token& token, std::chrono::milliseconds time);

}  // namespace gotong::cli
