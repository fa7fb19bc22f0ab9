// Follows jobs until each has ended, across restarts of the coordinator.
//
// Threads: one a job, which reads its stream; every method from any thread.
//
// Corridor: rpc/creator_service -> [cli/follow] -> cli/download
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/cli/creator.h"

namespace gotong::cli {

// How long a coordinator may stay away before we give up; the job itself goes on. Restarts take
// seconds, upgrades a minute.
inline constexpr std::chrono::minutes kPatience{3};

class Following {
  public:
    using OnPreview = std::function<void(const v1::Job&, const std::string& png)>;

    // `creator` outlives this. `on_preview` may be empty; it is called on the job's thread.
    Following(const Creator& creator, std::vector<v1::Job> jobs, OnPreview on_preview);
    ~Following();  // Hangs up.

    // Waits for a change, at most `time`. True when every job has ended or was given up.
    bool wait(std::chrono::milliseconds time);

    // As last heard.
    std::vector<v1::Job> jobs() const;
    // Why a job was given up, the first of several.
    std::optional<Error> error() const;

  private:
    void follow(std::size_t index, const std::stop_token& stop);
    Result<> read_stream(std::size_t index, const std::stop_token& stop, bool& heard);
    void update(std::size_t index, const v1::WatchJobResponse& message);
    void close(std::optional<Error> error);

    const Creator& creator_;
    const OnPreview on_preview_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool news_ = false;
    std::size_t open_ = 0;
    std::vector<v1::Job> jobs_;
    std::optional<Error> error_;
    std::vector<std::jthread> threads_;  // Last: they end before what they use.
};

}  // namespace gotong::cli
