// Passes on what a child says, line by line: to its log file, and to standard error with the
// child's name in front if that is wanted.
//
// Threads: one of its own, which ends with the child's output.
#pragma once

#include <filesystem>
#include <string>
#include <thread>

#include "common/file/unique_fd.h"

namespace gotong::cli {

enum class Loudness { silent, prefixed };

class Relay {
  public:
    Relay(std::string name, std::filesystem::path log, Loudness loudness, file::UniqueFd output);

  private:
    std::jthread thread_;
};

// The last line of a log that says anything; what a child that failed said why.
std::string last_line(const std::filesystem::path& log);

}  // namespace gotong::cli
