// A real child process of a test: started with arguments and environment, its output kept in a
// file, stopped with the test at the latest.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gotong::test {

using Environment = std::map<std::string, std::string>;  // Added to the test's own.

class Process {
  public:
    // Standard output and standard error go to `log`. The process leads a group of its own, and
    // the group is killed by the destructor.
    Process(const std::vector<std::string>& command, const std::filesystem::path& log,
            const Environment& environment = {});
    ~Process();
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;

    pid_t pid() const { return pid_; }
    bool running();
    void signal(int number) const;
    // Kills the process itself, not its children, and waits for its end.
    void kill_now();
    // The exit status (128 + signal when killed); nullopt when it still runs after `patience`.
    std::optional<int> wait(std::chrono::milliseconds patience);
    std::string output() const;

  private:
    void reap(int options);

    pid_t pid_ = -1;
    std::optional<int> status_;
    std::filesystem::path log_;
};

struct Finished {
    int status = 0;
    std::string out;  // Standard output.
    std::string err;  // Standard error.
};

// Runs a command to its end; a command that outlasts `patience` is killed and has status -1.
Finished run(const std::vector<std::string>& command, const Environment& environment = {},
             std::chrono::milliseconds patience = std::chrono::seconds{120});

// For what happens at once on an idle machine: far above what a busy one needs, reached on failure.
inline constexpr std::chrono::seconds kSoon{60};

// Asks `condition` every few milliseconds until it holds; false after `patience`.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds patience);

void pause(std::chrono::milliseconds time);

template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        pause(std::chrono::milliseconds{10});
    }
    return true;
}

}  // namespace gotong::test
