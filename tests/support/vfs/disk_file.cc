#include "tests/support/vfs/disk_file.h"

#include <algorithm>
#include <utility>

namespace gotong::test {
namespace {

constexpr std::size_t kSector = 512;  // The least that a disk writes whole.

}  // namespace

void DiskFile::apply(const Change& change, std::string& content) {
    const auto end = static_cast<std::size_t>(change.offset) + change.bytes.size();
    if (change.is_cut || content.size() < end) content.resize(end);
    std::copy(change.bytes.begin(), change.bytes.end(),
              content.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

void DiskFile::write(std::uint64_t offset, std::string_view bytes) {
    unsynced_.push_back({offset, std::string(bytes), false});
    apply(unsynced_.back(), seen_);
}

void DiskFile::truncate(std::uint64_t size) {
    unsynced_.push_back({size, "", true});
    apply(unsynced_.back(), seen_);
}

void DiskFile::sync() {
    for (const Change& change : unsynced_) apply(change, durable_);
    unsynced_.clear();
}

void DiskFile::apply_some(const Change& change, std::mt19937_64& random) {
    enum { lose, keep, tear };
    const auto fate = random() % 3;
    if (fate == lose) return;
    if (fate == keep || change.is_cut) return apply(change, durable_);
    for (std::size_t at = 0; at < change.bytes.size(); at += kSector) {
        if (random() % 2 == 0) continue;
        apply({change.offset + at, change.bytes.substr(at, kSector), false}, durable_);
    }
}

void DiskFile::cut_power(Unsynced how, std::mt19937_64& random) {
    if (how == Unsynced::kept) durable_ = seen_;
    if (how == Unsynced::torn) {
        for (const Change& change : unsynced_) apply_some(change, random);
    }
    unsynced_.clear();
    seen_ = durable_;
}

}  // namespace gotong::test
