#include "tests/support/vfs/sqlite_files.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace gotong::test {
namespace {

constexpr int kDiskSector = 4'096;  // As SQLite assumes on Linux.

OpenFile& of(sqlite3_file* file) { return *static_cast<OpenFile*>(file); }

int close(sqlite3_file* file) {
    OpenFile& it = of(file);
    DiskState& disk = *it.disk;
    it.inode->locks.lower(&it, SQLITE_LOCK_NONE);
    --disk.open_handles;
    if (it.is_dead()) --disk.dead_handles;
    if (!it.remove_at_close.empty() && !it.is_dead()) disk.names.erase(it.remove_at_close);
    it.~OpenFile();
    return SQLITE_OK;
}

// What is missing at the end of a file is read as zeros, and told.
int read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
    if (of(file).is_dead()) return SQLITE_IOERR_READ;
    const std::string& content = of(file).inode->data.seen();
    const auto from = std::min(content.size(), static_cast<std::size_t>(offset));
    const auto got = std::min(content.size() - from, static_cast<std::size_t>(size));
    std::memcpy(into, content.data() + from, got);
    if (got == static_cast<std::size_t>(size)) return SQLITE_OK;
    std::memset(static_cast<char*>(into) + got, 0, static_cast<std::size_t>(size) - got);
    return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    OpenFile& it = of(file);
    if (it.is_dead()) return SQLITE_IOERR_WRITE;
    const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
    const auto trouble = it.disk->meet_change();
    it.inode->data.write(static_cast<std::uint64_t>(offset),
                         trouble ? bytes.substr(0, bytes.size() / 2) : bytes);
    if (!trouble) return SQLITE_OK;
    return trouble == Trouble::disk_full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    OpenFile& it = of(file);
    if (it.is_dead() || it.disk->meet_change()) return SQLITE_IOERR_TRUNCATE;
    it.inode->data.truncate(static_cast<std::uint64_t>(size));
    return SQLITE_OK;
}

int sync(sqlite3_file* file, int) {
    OpenFile& it = of(file);
    if (it.is_dead()) return SQLITE_IOERR_FSYNC;
    if (it.disk->meet_change()) {
        it.inode->data.forget_unsynced();
        return SQLITE_IOERR_FSYNC;
    }
    it.disk->sync(*it.inode);
    return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    if (of(file).is_dead()) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(of(file).inode->data.seen().size());
    return SQLITE_OK;
}

int lock(sqlite3_file* file, int level) {
    if (of(file).is_dead()) return SQLITE_IOERR_LOCK;
    return of(file).inode->locks.take(file, level) ? SQLITE_OK : SQLITE_BUSY;
}

int unlock(sqlite3_file* file, int level) {
    of(file).inode->locks.lower(file, level);
    return SQLITE_OK;
}

int check_reserved(sqlite3_file* file, int* reserved) {
    *reserved = of(file).inode->locks.is_reserved() ? 1 : 0;
    return SQLITE_OK;
}

int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }

int sector_size(sqlite3_file*) { return kDiskSector; }

// A write that is cut off leaves the bytes around it alone, as SQLite assumes on Linux too.
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int map_shared(sqlite3_file* file, int number, int size, int make, void volatile** region) {
    OpenFile& it = of(file);
    if (it.is_dead()) return SQLITE_IOERR_SHMMAP;
    if (!it.is_sharing) ++it.inode->shared_by;
    it.is_sharing = true;
    *region = it.inode->shared.region(static_cast<std::size_t>(number),
                                      static_cast<std::size_t>(size), make != 0);
    return SQLITE_OK;
}

void unlock_slots(OpenFile& it, int first, int count) {
    for (int slot = first; slot < first + count; ++slot)
        it.inode->shared.unlock(&it, static_cast<std::size_t>(slot));
}

int lock_shared(sqlite3_file* file, int first, int count, int flags) {
    OpenFile& it = of(file);
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        unlock_slots(it, first, count);
        return SQLITE_OK;
    }
    if (it.is_dead()) return SQLITE_IOERR_SHMLOCK;
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    for (int slot = first; slot < first + count; ++slot) {
        if (it.inode->shared.lock(&it, static_cast<std::size_t>(slot), exclusive)) continue;
        unlock_slots(it, first, slot - first);
        return SQLITE_BUSY;
    }
    return SQLITE_OK;
}

void barrier(sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); }

int unmap_shared(sqlite3_file* file, int) {
    OpenFile& it = of(file);
    if (!it.is_sharing) return SQLITE_OK;
    it.is_sharing = false;
    unlock_slots(it, 0, SQLITE_SHM_NLOCK);
    if (--it.inode->shared_by == 0) it.inode->shared = {};
    return SQLITE_OK;
}

std::shared_ptr<Inode> chosen(Unsynced how, std::mt19937_64& random, std::shared_ptr<Inode> seen,
                              std::shared_ptr<Inode> synced) {
    const bool keeps = how == Unsynced::torn ? random() % 2 == 0 : how == Unsynced::kept;
    return keeps ? seen : synced;
}

}  // namespace

std::optional<Trouble> DiskState::meet_change() {
    ++changes;
    if (!fault || changes < fault->at) return std::nullopt;
    if (fault->lasting == Lasting::once && changes > fault->at) return std::nullopt;
    has_failed = true;
    return fault->trouble;
}

// The first sync of a new file syncs its folder too, as SQLite's own VFS does.
void DiskState::sync(Inode& file) {
    if (ignores_syncs) return;
    file.data.sync();
    synced_names = names;
}

void DiskState::cut_power(Unsynced how) {
    Names all = synced_names;
    all.insert(names.begin(), names.end());
    Names left;
    for (const auto& [path, any] : all) {
        const auto seen = names.find(path);
        const auto synced = synced_names.find(path);
        auto inode = chosen(how, random, seen == names.end() ? nullptr : seen->second,
                            synced == synced_names.end() ? nullptr : synced->second);
        if (!inode) continue;
        inode->data.cut_power(how, random);
        left.emplace(path, std::move(inode));
    }
    names = std::move(left);
    synced_names = names;
}

// Dead handles keep the old inodes, with their locks and their shared memory.
void DiskState::end_life() {
    ++life;
    dead_handles = open_handles;
    fault.reset();
    std::map<Inode*, std::shared_ptr<Inode>> reborn;
    for (Names* some : {&names, &synced_names}) {
        for (auto& [path, inode] : *some) {
            auto& fresh = reborn[inode.get()];
            if (!fresh) {
                fresh = std::make_shared<Inode>();
                fresh->data = inode->data;
            }
            inode = fresh;
        }
    }
}

const sqlite3_io_methods kFileMethods{
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = barrier,
    .xShmUnmap = unmap_shared,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

}  // namespace gotong::test
