// A disk whose n-th change fails, for every n, and which then loses its power: every commit that
// was acknowledged is there afterwards, nothing of another is there by half, and the store works.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <set>

#include "coordinator/store/sqlite/store.h"
#include "tests/contract/samples.h"
#include "tests/support/temp_dir.h"
#include "tests/support/vfs/memory_disk.h"

namespace gotong::store {
namespace {

using test::Lasting;
using test::MemoryDisk;
using test::Trouble;
using test::Unsynced;

constexpr std::uint8_t kCommits = 6;
constexpr std::uint8_t kMany = 120;

// One job and its hold, in one transaction. False when it was not acknowledged.
bool add_job(Store& store, std::uint8_t n) {
    const auto t = store.begin();
    const Result<> done = complete(*t, [&] {
        t->insert(sample_job(n));
        t->post({"hold", std::to_string(n), at(1), {{"free", {-1}}, {"held", {1}}}});
    });
    return done.has_value();
}

std::unique_ptr<Store> started(const std::filesystem::path& folder, std::size_t filler) {
    auto store = sqlite::open(folder);
    REQUIRE(store);
    const auto t = (*store)->begin();
    insert_parents(*t);
    t->put_setting("filler", std::string(filler, 'x'));
    REQUIRE(t->commit());
    return std::move(*store);
}

std::uint8_t work(Store& store) {
    for (std::uint8_t n = 1; n <= kCommits; ++n) {
        if (!add_job(store, n)) return static_cast<std::uint8_t>(n - 1);
    }
    return kCommits;
}

// The one that failed may be there, whole: its writes reached the disk and its answer did not.
void check_recovered(const std::filesystem::path& folder, std::uint8_t acknowledged) {
    const auto store = sqlite::open(folder);
    REQUIRE(store);
    const auto t = (*store)->begin();
    const auto jobs = static_cast<std::int64_t>(t->open_jobs().size());
    CHECK(jobs >= acknowledged);
    CHECK(jobs <= acknowledged + 1);
    CHECK(t->balance("held") == Credits{jobs});
    CHECK(t->balance("free") == Credits{-jobs});
    for (std::uint8_t n = 1; n <= acknowledged; ++n) CHECK(t->find_job(id_of<JobId>(n)));
    t->put_setting("after", "works");
    CHECK(t->commit());
}

struct Run {
    bool has_failed = false;
    std::uint64_t changes = 0;  // Of the work.
};

Run fail_at(std::uint64_t n, Trouble trouble, Lasting lasting, Unsynced unsynced,
            std::size_t filler) {
    const test::TempDir folder;
    MemoryDisk disk(n);
    auto store = started(folder.path(), filler);
    const std::uint64_t before = disk.changes();
    disk.fail_at(n, trouble, lasting);
    const std::uint8_t acknowledged = work(*store);
    const Run run{disk.has_failed(), disk.changes() - before};
    INFO("change " << n << " failed; acknowledged: " << static_cast<int>(acknowledged));
    if (run.has_failed) CHECK(acknowledged < kCommits);
    disk.cut_power(unsynced);
    store.reset();
    check_recovered(folder.path(), acknowledged);
    return run;
}

TEST_CASE("whichever change of the disk fails, what was acknowledged is there after a power cut") {
    const auto trouble = GENERATE(Trouble::io_error, Trouble::disk_full);
    const auto lasting = GENERATE(Lasting::once, Lasting::for_ever);
    const auto unsynced = GENERATE(Unsynced::lost, Unsynced::torn);
    std::uint64_t n = 1;
    while (fail_at(n, trouble, lasting, unsynced, 10).has_failed) ++n;
    CHECK(n > kCommits * 5U);
}

// The log is full, so that the work has it copied into the database.
TEST_CASE("whichever change of a checkpoint fails, the commit says so and nothing is lost") {
    constexpr std::size_t kNearlyFull = 3'910 * 4'096;
    constexpr std::uint64_t kNone = 1'000'000;
    const auto unsynced = GENERATE(Unsynced::lost, Unsynced::torn);
    const Run whole = fail_at(kNone, Trouble::io_error, Lasting::once, unsynced, kNearlyFull);
    REQUIRE(whole.changes > 2'000);  // There was a checkpoint.
    std::set<std::uint64_t> numbers;
    for (std::uint64_t n = 1; n <= whole.changes; n += n < 40 || n + 30 > whole.changes ? 1 : 161) {
        numbers.insert(n);
    }
    for (const std::uint64_t n : numbers) {
        const Run run = fail_at(n, Trouble::io_error, Lasting::once, unsynced, kNearlyFull);
        CHECK(run.has_failed);
    }
}

// More than SQLite keeps in memory, so that the disk is written to long before the commit. Each
// call looks for what the ones before it wrote, as a step of the core does. `added` counts them.
Result<> add_many_jobs(Store& store, std::uint8_t& added) {
    const auto t = store.begin();
    return complete(*t, [&] {
        for (std::uint8_t n = 1; n <= kMany; ++n) {
            job::Job job = sample_job(n);
            job.spec.prompt.assign(700'000, 'p');
            t->insert(job);
            t->post({"hold", std::to_string(n), at(1), {{"free", {-1}}, {"held", {1}}}});
            REQUIRE(t->balance("held") == Credits{n});
            REQUIRE(t->find_job(id_of<JobId>(n)));
            added = n;
        }
    });
}

TEST_CASE(
    "whichever change fails in the middle of a step, it ends there with the disk's own words") {
    const auto [trouble, words] = GENERATE(table<Trouble, std::string>(
        {{Trouble::io_error, "disk I/O error"}, {Trouble::disk_full, "database or disk is full"}}));
    std::uint64_t n = 1;
    std::uint8_t earliest = kMany;
    for (;; n += n < 4 ? 1 : 6'000) {
        const test::TempDir folder;
        MemoryDisk disk(n);
        auto store = started(folder.path(), 10);
        disk.fail_at(n, trouble, Lasting::once);
        std::uint8_t added = 0;
        const Result<> done = add_many_jobs(*store, added);
        earliest = std::min(earliest, added);
        INFO("change " << n << " failed");
        if (!disk.has_failed()) break;
        REQUIRE_FALSE(done);
        CHECK(done.error().message == words);
        const std::size_t there = store->begin()->open_jobs().size();
        CHECK((there == 0 || there == kMany));  // All, when only the commit's answer was lost.
    }
    CHECK(earliest < kMany);  // It was in the middle.
}

// From the very first open: a database that is only begun is begun again.
TEST_CASE("whichever change fails while a database is made, the next start makes it") {
    for (std::uint64_t n = 1;; ++n) {
        const test::TempDir folder;
        MemoryDisk disk(n);
        disk.fail_at(n, Trouble::io_error, Lasting::once);
        auto opened = sqlite::open(folder.path());
        const bool has_failed = disk.has_failed();
        INFO("change " << n << " failed");
        disk.cut_power(Unsynced::torn);
        if (opened) opened->reset();
        const auto store = sqlite::open(folder.path());
        REQUIRE(store);
        CHECK((*store)->begin()->accounts().empty());
        if (!has_failed) break;
    }
}

}  // namespace
}  // namespace gotong::store
