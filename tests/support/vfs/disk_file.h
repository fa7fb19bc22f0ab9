// One file of a MemoryDisk: what programs see of it, and what a power cut would leave.
//
// What was written since the last sync is remembered change by change. A sync makes the changes
// durable; a sync that fails forgets them, as Linux does: programs go on seeing them, and no later
// sync brings them to the disk.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace gotong::test {

// What a power cut makes of the changes that were not synced.
enum class Unsynced : std::uint8_t {
    lost,
    kept,
    torn,  // Each is lost, kept, or kept in some of its sectors, whatever came after it.
};

class DiskFile {
  public:
    const std::string& seen() const { return seen_; }

    void write(std::uint64_t offset, std::string_view bytes);  // What is between is zero.
    void truncate(std::uint64_t size);                         // Or extends with zeros.
    void sync();
    void forget_unsynced() { unsynced_.clear(); }

    // What is seen is what is durable from here on.
    void cut_power(Unsynced how, std::mt19937_64& random);

  private:
    struct Change {
        std::uint64_t offset = 0;  // Of a cut: the new size.
        std::string bytes;
        bool is_cut = false;
    };
    static void apply(const Change& change, std::string& content);
    void apply_some(const Change& change, std::mt19937_64& random);

    std::string seen_;
    std::string durable_;
    std::vector<Change> unsynced_;  // The oldest first.
};

}  // namespace gotong::test
