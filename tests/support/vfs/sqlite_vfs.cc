// A MemoryDisk as the place where SQLite has its files.
#include <cstring>
#include <new>

#include "tests/support/vfs/sqlite_files.h"

namespace gotong::test {
namespace {

constexpr int kLongestPath = 1'024;
// 2024-01-01 in milliseconds of Julian days: nothing in the store asks SQLite for the time.
constexpr sqlite3_int64 kToday = 212'570'870'400'000;

DiskState& of(sqlite3_vfs* vfs) { return *static_cast<DiskState*>(vfs->pAppData); }

// The inode of that path, made if it may be; nullptr when it is not there.
std::shared_ptr<Inode> find_or_make(DiskState& disk, const std::string& path, bool may_make) {
    const auto found = disk.names.find(path);
    if (found != disk.names.end()) return found->second;
    if (!may_make || disk.meet_change()) return nullptr;
    return disk.names.emplace(path, std::make_shared<Inode>()).first->second;
}

// sqlite::open() makes the database's own file with open(2), for its mode, and then has SQLite open
// what is there.
bool may_make(int flags) {
    if ((flags & SQLITE_OPEN_CREATE) != 0) return true;
    return (flags & SQLITE_OPEN_MAIN_DB) != 0 && (flags & SQLITE_OPEN_READWRITE) != 0;
}

int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* room, int flags, int* out_flags) {
    DiskState& disk = of(vfs);
    room->pMethods = nullptr;
    const std::string path =
        name == nullptr ? "temporary " + std::to_string(disk.changes) : std::string(name);
    auto inode = find_or_make(disk, path, may_make(flags));
    if (!inode) return SQLITE_CANTOPEN;
    auto* file = new (room) OpenFile;
    file->pMethods = &kFileMethods;
    file->disk = &disk;
    file->inode = std::move(inode);
    file->life = disk.life;
    if ((flags & SQLITE_OPEN_DELETEONCLOSE) != 0) file->remove_at_close = path;
    ++disk.open_handles;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
}

// What a dead process would still remove stays: nothing tells who asks, so nobody removes anything
// until its handles are closed.
int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    DiskState& disk = of(vfs);
    if (disk.dead_handles > 0 || disk.meet_change()) return SQLITE_IOERR_DELETE;
    if (disk.names.erase(path) == 0) return SQLITE_IOERR_DELETE_NOENT;
    if (sync_folder != 0 && !disk.ignores_syncs) disk.synced_names = disk.names;
    return SQLITE_OK;
}

int access(sqlite3_vfs* vfs, const char* path, int, int* there) {
    *there = of(vfs).names.contains(path) ? 1 : 0;
    return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int size, char* into) {
    if (std::strlen(path) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::strcpy(into, path);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs* vfs, int size, char* into) {
    for (int i = 0; i < size; ++i) into[i] = static_cast<char>(of(vfs).random());
    return size;
}

int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

int now(sqlite3_vfs*, sqlite3_int64* milliseconds) {
    *milliseconds = kToday;
    return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

void become_default(DiskState& disk) {
    disk.replaced = sqlite3_vfs_find(nullptr);
    disk.vfs.iVersion = 2;
    disk.vfs.szOsFile = sizeof(OpenFile);
    disk.vfs.mxPathname = kLongestPath;
    disk.vfs.zName = "gotong-memory-disk";
    disk.vfs.pAppData = &disk;
    disk.vfs.xOpen = open;
    disk.vfs.xDelete = remove;
    disk.vfs.xAccess = access;
    disk.vfs.xFullPathname = full_path;
    disk.vfs.xRandomness = randomness;
    disk.vfs.xSleep = sleep;
    disk.vfs.xGetLastError = last_error;
    disk.vfs.xCurrentTimeInt64 = now;
    sqlite3_vfs_register(&disk.vfs, 1);
    sqlite3_randomness(0, nullptr);  // SQLite draws its own numbers from ours from here on.
}

void stop_being_default(DiskState& disk) {
    sqlite3_vfs_unregister(&disk.vfs);
    sqlite3_vfs_register(disk.replaced, 1);
}

}  // namespace gotong::test
