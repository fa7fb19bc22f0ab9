#include "tests/support/vfs/memory_disk.h"

#include "common/check.h"
#include "tests/support/vfs/sqlite_files.h"

namespace gotong::test {

MemoryDisk::MemoryDisk(std::uint64_t seed) : state_(std::make_unique<DiskState>()) {
    state_->random.seed(seed);
    become_default(*state_);
}

MemoryDisk::~MemoryDisk() {
    check(state_->open_handles == 0, "a MemoryDisk outlives what is open on it");
    stop_being_default(*state_);
}

void MemoryDisk::fail_at(std::uint64_t n, Trouble trouble, Lasting lasting) {
    state_->fault = DiskFault{.at = state_->changes + n, .trouble = trouble, .lasting = lasting};
    state_->has_failed = false;
}

void MemoryDisk::heal() { state_->fault.reset(); }

bool MemoryDisk::has_failed() const { return state_->has_failed; }

std::uint64_t MemoryDisk::changes() const { return state_->changes; }

void MemoryDisk::ignore_syncs() { state_->ignores_syncs = true; }

void MemoryDisk::kill() { state_->end_life(); }

void MemoryDisk::cut_power(Unsynced unsynced) {
    state_->cut_power(unsynced);
    state_->end_life();
}

bool MemoryDisk::exists(const std::string& path) const { return state_->names.contains(path); }

std::string MemoryDisk::content(const std::string& path) const {
    const auto found = state_->names.find(path);
    return found == state_->names.end() ? "" : found->second->data.seen();
}

void MemoryDisk::damage(const std::string& path, std::uint64_t offset, std::string_view bytes) {
    DiskFile& file = state_->names.at(path)->data;
    file.write(offset, bytes);
    file.sync();
}

}  // namespace gotong::test
