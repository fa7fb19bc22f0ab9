// Daemons with the key of one worker. Each start of a daemon is an instance of its own, and the
// newest has the place, as after a restart. One whose place was taken and that comes back all the
// same runs somewhere else, with a copy of the key: let in, the two would push each other out for
// ever, and lose what they render each time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "common/time.h"

namespace gotong::roster {

struct Rivals {
    // A daemon that dies and starts all the time fills this, and nothing else does.
    static constexpr std::size_t kMostReplaced = 16;

    std::vector<std::string> replaced;  // Instances, the earliest first.
    std::uint64_t turned_away = 0;      // How often one of them came back, lately.
    Monotonic last{};                   // When it did.

    bool include(const std::string& instance) const {
        return std::ranges::find(replaced, instance) != replaced.end();
    }

    // Nothing for one that is not known: after a restart of the coordinator.
    void replace(const std::string& instance) {
        if (instance.empty() || include(instance)) return;
        if (replaced.size() == kMostReplaced) replaced.erase(replaced.begin());
        replaced.push_back(instance);
    }
};

}  // namespace gotong::roster
