// How busy a pool is, and how fast it gets on: what `gotong status --watch` shows.
//
// Pure: what the pool said and when, text out.
#pragma once

#include <chrono>
#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/time.h"
#include "gotong/v1/creator.pb.h"

namespace gotong::cli {

class Dashboard {
  public:
    // What the pool says now. A pool whose counters fell was started anew: rates begin anew.
    void see(const v1::GetStatusResponse& status, Monotonic now);

    // For a log: one line. For a terminal: a few, each at most 80 columns. After see().
    std::string line() const;
    std::vector<std::string> lines() const;
    nlohmann::ordered_json json() const;

  private:
    struct Sample {
        Monotonic at;
        v1::GetStatusResponse status;
    };

    // A minute, over the last minute; nullopt before there is anything to compare with.
    std::optional<double> rate(std::uint64_t (v1::GetStatusResponse::*count)() const) const;

    std::deque<Sample> samples_;  // The oldest is about a minute old.
};

}  // namespace gotong::cli
