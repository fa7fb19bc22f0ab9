#include "coordinator/rpc/polled_lines.h"

#include <utility>

#include "coordinator/rpc/polled_line.h"

namespace gotong::rpc {

void PolledLines::add(const std::string& name, LinePtr line) {
    const std::lock_guard lock(mutex_);
    lines_.emplace(name, std::move(line));
}

PolledLines::LinePtr PolledLines::find(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(name);
    return found == lines_.end() ? nullptr : found->second;
}

std::vector<PolledLines::LinePtr> PolledLines::tick(Monotonic now) {
    const std::lock_guard lock(mutex_);
    std::vector<LinePtr> over;
    for (auto at = lines_.begin(); at != lines_.end();) {
        if (at->second->tick(now)) {
            ++at;
            continue;
        }
        over.push_back(std::move(at->second));
        at = lines_.erase(at);
    }
    return over;
}

}  // namespace gotong::rpc
