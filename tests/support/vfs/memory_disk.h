// A disk in memory for SQLite, which fails and loses power when it is told to.
//
// While one exists it is SQLite's default VFS: whatever opens a database in this process, such as
// sqlite::open(folder), has its files here under the same paths. (The folder itself, its lock and
// an empty file beside it stay on the real disk: give each test a TempDir.) One at a time, and one
// thread at a time.
//
// How to play a death: destroy nothing before it. Call kill() or cut_power(), then destroy the
// store (its handles are dead: whatever it tries fails), then open it again:
//
//     MemoryDisk disk;
//     auto store = *sqlite::open(folder.path());
//     disk.fail_at(7, Trouble::io_error, Lasting::for_ever);  // The seventh change from now.
//     ... work until a commit fails ...
//     disk.cut_power(Unsynced::torn);
//     store.reset();
//     store = *sqlite::open(folder.path());                   // What was durable.
//
// A loop over n that ends with a run in which has_failed() is false has failed every change.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/vfs/disk_file.h"

namespace gotong::test {

enum class Trouble : std::uint8_t { io_error, disk_full };
enum class Lasting : std::uint8_t { once, for_ever };

struct DiskState;  // sqlite_files.h

class MemoryDisk {
  public:
    explicit MemoryDisk(std::uint64_t seed = 1);  // Decides what torn means, and SQLite's salts.
    ~MemoryDisk();                                // Every handle is closed by now.
    MemoryDisk(const MemoryDisk&) = delete;
    MemoryDisk& operator=(const MemoryDisk&) = delete;

    // ---- Faults. A change is a file made, written, cut, synced or removed. ----
    // The n-th change from now fails (1 is the next), alone or with all that follow. A write that
    // fails has written its first half; a sync that fails has lost what it should have kept.
    void fail_at(std::uint64_t n, Trouble trouble, Lasting lasting);
    void heal();                    // Forgets the fault, met or not.
    bool has_failed() const;        // The fault was met.
    std::uint64_t changes() const;  // Since the disk was made.

    // From now on a sync does nothing and says that all is well: a disk that lies.
    void ignore_syncs();

    // ---- Deaths. Handles that are open are dead; faults are forgotten. ----
    void kill();                        // The process: what it wrote stays.
    void cut_power(Unsynced unsynced);  // The machine.

    // ---- Files, by path ----
    bool exists(const std::string& path) const;
    std::string content(const std::string& path) const;  // Empty when it is not there.
    void damage(const std::string& path, std::uint64_t offset, std::string_view bytes);

  private:
    std::unique_ptr<DiskState> state_;
};

}  // namespace gotong::test
