// A disk that fails once, at every write and every sync in turn: the programs either have done all
// of what they said, or nothing of it, or end and find all of it again at their next start.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <fstream>

#include "tests/coordinator/archive/pool_with_pictures.h"
#include "tests/support/faults/fault.h"

namespace gotong::test {
namespace {

namespace fs = std::filesystem;

constexpr int kMost = 1'000;  // Far more calls than any of these makes.

// Runs the command with the first call failing, then the second, until it makes no more calls; how
// many it makes. After each, `look` sees how it ended.
template <class Look>
int fail_each_call(const PoolWithPictures& pool, FaultKind kind,
                   const std::vector<std::string>& words, Look look) {
    for (int number = 1; number < kMost; ++number) {
        const fs::path mark = pool.file("mark");
        fs::remove(mark);
        const Finished ended =
            pool.gotong(words, environment_of({.kind = kind, .number = number, .mark = mark}));
        if (!fs::exists(mark)) return number - 1;
        INFO("call " << number << " failed\n" << ended.out << ended.err);
        look(ended);
    }
    return kMost;
}

TEST_CASE("whichever write or sync of a backup fails, there is no backup, and the next one works") {
    PoolWithPictures pool(1);
    const FaultKind kind = GENERATE(FaultKind::sync, FaultKind::write);
    const fs::path target = pool.file("backup");
    const std::vector<std::string> words{"pool", "backup", target.string(), "--data",
                                         pool.data().string()};
    int unnoticed = 0;
    const int calls = fail_each_call(pool, kind, words, [&](const Finished& ended) {
        // The last sync is of the folder that the backup's name is in, when it is there and whole.
        if (fs::exists(target)) {
            CHECK(pool.gotong({"pool", "check", "--data", target.string()}).status == 0);
            fs::remove_all(target);
        } else {
            CHECK(ended.status != 0);
        }
        if (ended.status == 0) ++unnoticed;
    });
    CHECK(calls >= 8);
    // SQLite keeps to itself that it could not sync the folder, which is synced again at the end.
    CHECK(unnoticed <= (kind == FaultKind::sync ? 1 : 0));
    CHECK(pool.gotong({"pool", "check", "--data", target.string()}).status == 0);
}

TEST_CASE("whichever write or sync of a restore fails, there is no pool, and the next one works") {
    PoolWithPictures pool(1);
    const FaultKind kind = GENERATE(FaultKind::sync, FaultKind::write);
    const fs::path backup = pool.file("backup");
    const fs::path data = pool.file("restored");
    REQUIRE(
        pool.gotong({"pool", "backup", backup.string(), "--data", pool.data().string()}).status ==
        0);
    const std::vector<std::string> words{"pool", "restore", backup.string(), "--data",
                                         data.string()};
    const int calls = fail_each_call(pool, kind, words, [&](const Finished& ended) {
        if (fs::exists(data)) {
            CHECK(pool.gotong({"pool", "check", "--data", data.string()}).status == 0);
            fs::remove_all(data);
        }
        CHECK(ended.status != 0);
    });
    CHECK(calls >= 6);
    CHECK(pool.gotong({"pool", "check", "--data", data.string()}).status == 0);
}

// From a sound start, one call after `number` others fails while pictures come in.
void work_until_the_disk_fails(FaultKind kind, int number) {
    const TempDir dir;
    const Fault fault{.kind = kind, .number = number, .mark = dir / "mark", .arm = dir / "arm"};
    PoolWithPictures pool(1, environment_of(fault));
    std::ofstream(fault.arm).put('x');
    for (int n = 0; n < kMost && pool.try_to_render("pear " + std::to_string(n)); ++n) {
    }
    INFO("call " << number << " failed\n" << pool.pool.log());
    REQUIRE(fs::exists(fault.mark));
    CHECK(pool.pool.wait() == 1);

    pool.pool.restart();
    for (const std::string& job : pool.submitted) CHECK(pool.job(job).job_id() == job);
    for (const std::string& job : pool.accepted) {
        CHECK(pool.job(job).state() == v1::JOB_STATE_DONE);
    }
    const Finished checked = pool.gotong({"pool", "check", "--data", pool.data().string()});
    INFO(checked.out);
    CHECK(checked.status == 0);
}

TEST_CASE("whichever sync of a working pool fails, it ends, and starts with all it acknowledged") {
    const int number = GENERATE(range(1, 13));
    work_until_the_disk_fails(FaultKind::sync, number);
}

}  // namespace
}  // namespace gotong::test
