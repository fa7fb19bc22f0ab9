#include "tests/support/vfs/locks.h"

#include <sqlite3.h>

#include <algorithm>

namespace gotong::test {
namespace {

constexpr int kPending = 3;  // SQLite's own, between RESERVED and EXCLUSIVE: no new readers.

}  // namespace

int FileLocks::level_of(const void* holder) const {
    const auto found = levels_.find(holder);
    return found == levels_.end() ? SQLITE_LOCK_NONE : found->second;
}

bool FileLocks::other_has(const void* holder, int level) const {
    return std::ranges::any_of(
        levels_, [&](const auto& entry) { return entry.first != holder && entry.second >= level; });
}

bool FileLocks::take(const void* holder, int level) {
    if (level_of(holder) >= level) return true;
    const int conflict = level == SQLITE_LOCK_SHARED ? kPending : SQLITE_LOCK_RESERVED;
    if (other_has(holder, conflict)) return false;
    const bool must_wait = level == SQLITE_LOCK_EXCLUSIVE && other_has(holder, SQLITE_LOCK_SHARED);
    levels_[holder] = must_wait ? kPending : level;
    return !must_wait;
}

void FileLocks::lower(const void* holder, int level) {
    if (level == SQLITE_LOCK_NONE) {
        levels_.erase(holder);
    } else if (level_of(holder) > level) {
        levels_[holder] = level;
    }
}

bool FileLocks::is_reserved() const { return other_has(nullptr, SQLITE_LOCK_RESERVED); }

void* SharedMemory::region(std::size_t number, std::size_t size, bool make) {
    while (make && regions_.size() <= number) regions_.push_back(std::make_unique<char[]>(size));
    return number < regions_.size() ? regions_[number].get() : nullptr;
}

bool SharedMemory::lock(const void* holder, std::size_t slot, bool exclusive) {
    auto& holders = slots_.at(slot).holders;
    const bool blocked = std::ranges::any_of(holders, [&](const auto& entry) {
        return entry.first != holder && (exclusive || entry.second);
    });
    if (!blocked) holders[holder] = exclusive;
    return !blocked;
}

void SharedMemory::unlock(const void* holder, std::size_t slot) {
    slots_.at(slot).holders.erase(holder);
}

}  // namespace gotong::test
