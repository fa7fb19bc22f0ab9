// A program of ours, started by `gotong`: it ends when we do, however we end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/file/unique_fd.h"
#include "common/result.h"

namespace gotong::cli {

enum class ChildInput { inherited, nothing };
enum class ChildGroup {
    ours,  // Gets the terminal's Ctrl-C together with us.
    own,   // Ends when we say so.
};

struct ChildPlan {
    std::vector<std::string> command;                // The first: as in a shell.
    std::map<std::string, std::string> environment;  // Added to ours.
    ChildInput input = ChildInput::nothing;
    ChildGroup group = ChildGroup::own;
    bool capture = true;  // Standard output and error come through output(); else they are ours.
};

class Child {
  public:
    // Call it on the main thread: the child is told when the thread that started it is gone.
    // Errors: not_found names a program that is not there; resource_exhausted.
    static Result<Child> start(const ChildPlan& plan);

    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();  // Kills and waits, if it still runs.

    pid_t pid() const { return pid_; }
    void signal(int number) const;

    // The exit status (128 + signal when killed); nullopt while it runs after `patience`.
    std::optional<int> wait(std::chrono::milliseconds patience);

    // The reading end of what it says; the caller's from now on.
    file::UniqueFd take_output() { return std::move(output_); }

  private:
    Child(pid_t pid, file::UniqueFd output) : pid_(pid), output_(std::move(output)) {}

    pid_t pid_ = -1;
    std::optional<int> status_;
    file::UniqueFd output_;
};

struct Captured {
    int status = 0;
    std::string output;
};

// Runs a command to its end; what it says beyond `most_bytes` is dropped.
Result<Captured> run_captured(const std::vector<std::string>& command, std::size_t most_bytes);

// The program that was built together with this one. Errors: not_found.
Result<std::filesystem::path> sibling(const std::string& name);

// .../build/release/bin/gotong -> .../build/release/bin
std::filesystem::path own_folder();

}  // namespace gotong::cli
