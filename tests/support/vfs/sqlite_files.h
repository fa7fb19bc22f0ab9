// What a MemoryDisk holds, and SQLite's view of an open file of it. Private to tests/support/vfs.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "tests/support/vfs/locks.h"
#include "tests/support/vfs/memory_disk.h"

namespace gotong::test {

struct DiskFault {
    std::uint64_t at = 0;  // Counted as DiskState::changes.
    Trouble trouble = Trouble::io_error;
    Lasting lasting = Lasting::once;
};

struct Inode {
    DiskFile data;
    FileLocks locks;
    SharedMemory shared;
    int shared_by = 0;  // Handles.
};

using Names = std::map<std::string, std::shared_ptr<Inode>>;

struct DiskState {
    // Counts a change; the trouble that it meets, if any.
    std::optional<Trouble> meet_change();

    void sync(Inode& file);
    void cut_power(Unsynced how);
    void end_life();  // Handles that are open are dead from here on.

    Names names;         // As programs see them.
    Names synced_names;  // As a power cut would leave them.
    std::uint64_t life = 1;
    int open_handles = 0;
    int dead_handles = 0;
    std::uint64_t changes = 0;
    std::optional<DiskFault> fault;
    bool has_failed = false;
    bool ignores_syncs = false;
    std::mt19937_64 random;

    sqlite3_vfs vfs{};
    sqlite3_vfs* replaced = nullptr;  // The default before.
};

// The handle that SQLite makes room for; it begins as zeros.
struct OpenFile : sqlite3_file {
    DiskState* disk = nullptr;
    std::shared_ptr<Inode> inode;
    std::uint64_t life = 0;
    std::string remove_at_close;  // The path, of a temporary file.
    bool is_sharing = false;

    bool is_dead() const { return life != disk->life; }
};

extern const sqlite3_io_methods kFileMethods;

// sqlite_vfs.cc
void become_default(DiskState& disk);
void stop_being_default(DiskState& disk);

}  // namespace gotong::test
