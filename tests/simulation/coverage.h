// What a run of many seeds has really reached. A fault that never happens tests nothing, so a test
// fails when one of these stays at zero.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/job/job.h"

namespace gotong::simulation {

class Coverage {
  public:
    void saw(std::string_view what) {
        const auto found = counts_.find(what);
        if (found != counts_.end()) {
            ++found->second;
        } else {
            counts_.emplace(what, 1);
        }
    }
    std::uint64_t count(std::string_view what) const {
        const auto found = counts_.find(what);
        return found == counts_.end() ? 0 : found->second;
    }

    // Of expected(), those that were not seen.
    bool saw_it(const std::string& what) const { return counts_.contains(what); }
    std::vector<std::string> missing() const;

    // All counts, one a line.
    std::string text() const;

    // Every fault, transition, outcome, answer and store call that a run must reach.
    static const std::vector<std::string>& expected();

  private:
    std::map<std::string, std::uint64_t, std::less<>> counts_;
};

// "queued -> running"
std::string_view transition(job::State from, job::State to);

}  // namespace gotong::simulation
