// The lines that are polled, by the name that their calls say: whoever knows it has the line.
//
// Corridor: link/polling -> [rpc/polled_lines] -> rpc/polled_line
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/time.h"

namespace gotong::rpc {

class PolledLine;

class PolledLines {
  public:
    // Shared with whoever is in a call of the line while it is taken out here.
    using LinePtr = std::shared_ptr<PolledLine>;

    void add(const std::string& name, LinePtr line);
    LinePtr find(const std::string& name) const;  // Null: it has ended.

    // Lets time pass for each, and takes out and returns those that are over.
    std::vector<LinePtr> tick(Monotonic now);

  private:
    mutable std::mutex mutex_;
    std::map<std::string, LinePtr> lines_;
};

}  // namespace gotong::rpc
