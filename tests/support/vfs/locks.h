// The locks that SQLite's connections hold on one file of a MemoryDisk, and the memory that those
// of a write-ahead log share. A holder is any pointer that is its own.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

namespace gotong::test {

// SQLITE_LOCK_NONE .. SQLITE_LOCK_EXCLUSIVE, as sqlite3_io_methods::xLock defines them.
class FileLocks {
  public:
    bool take(const void* holder, int level);  // False: another holder is in the way.
    void lower(const void* holder, int level);
    bool is_reserved() const;
    int level_of(const void* holder) const;

  private:
    bool other_has(const void* holder, int level) const;  // Or more.
    std::map<const void*, int> levels_;
};

class SharedMemory {
  public:
    // Nullptr when it is not there and is not to be made.
    void* region(std::size_t number, std::size_t size, bool make);

    bool lock(const void* holder, std::size_t slot, bool exclusive);  // False: in the way.
    void unlock(const void* holder, std::size_t slot);

  private:
    struct Slot {
        std::map<const void*, bool> holders;  // Whether exclusive.
    };
    std::vector<std::unique_ptr<char[]>> regions_;
    std::array<Slot, 8> slots_{};  // SQLITE_SHM_NLOCK
};

}  // namespace gotong::test
