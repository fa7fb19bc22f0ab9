// The disk that the simulator and the store's fault tests break: it must lose what a real one may
// lose, keep what a real one keeps, and SQLite must be at home on it.
#include "tests/support/vfs/memory_disk.h"

#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>

#include "coordinator/store/sqlite/store.h"
#include "tests/support/temp_dir.h"

namespace gotong::test {
namespace {

// A store on a disk of its own. What it says is committed is a count of settings "0", "1", ...
class Shop {
  public:
    explicit Shop(std::uint64_t seed = 1) : disk(seed) {}

    bool open() {
        auto opened = sqlite::open(folder_.path());
        if (opened) store = std::move(*opened);
        return store != nullptr;
    }
    bool commit(int number) {
        const auto t = store->begin();
        t->put_setting(std::to_string(number), std::string(3'000, 'x'));
        return t->commit().has_value();
    }
    // How many of the first settings are there; -1 when there is a gap.
    int kept() {
        const auto t = store->begin();
        int count = 0;
        while (t->setting(std::to_string(count))) ++count;
        for (int later = count; later < count + 5; ++later) {
            if (t->setting(std::to_string(later))) return -1;
        }
        return count;
    }

    std::string file() const { return (folder_ / "gotong.db").string(); }

  private:
    TempDir folder_;

  public:
    MemoryDisk disk;
    std::unique_ptr<store::Store> store;
};

TEST_CASE("what was committed is there after the power was cut, whatever became of the rest") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        for (const Unsynced how : {Unsynced::lost, Unsynced::kept, Unsynced::torn}) {
            INFO("seed " << seed << ", unsynced " << static_cast<int>(how));
            Shop shop(seed);
            REQUIRE(shop.open());
            const int commits = static_cast<int>(seed);
            for (int n = 0; n < commits; ++n) REQUIRE(shop.commit(n));
            {
                const auto t = shop.store->begin();
                t->put_setting("halfway", std::string(500'000, 'y'));
                shop.disk.cut_power(how);
                CHECK_FALSE(t->commit());
            }
            shop.store.reset();
            REQUIRE(shop.open());
            CHECK(shop.kept() == commits);
            CHECK_FALSE(shop.store->begin()->setting("halfway"));
        }
    }
}

TEST_CASE("whichever change of the disk fails, what was committed before is there, and no half") {
    for (const Trouble trouble : {Trouble::io_error, Trouble::disk_full}) {
        for (const Lasting lasting : {Lasting::once, Lasting::for_ever}) {
            std::uint64_t n = 1;
            for (bool has_failed = true; has_failed; ++n) {
                INFO("change " << n << ", trouble " << static_cast<int>(trouble));
                Shop shop(n);
                shop.disk.fail_at(n, trouble, lasting);
                int committed = 0;
                if (shop.open()) {
                    while (committed < 8 && shop.commit(committed)) ++committed;
                }
                has_failed = shop.disk.has_failed();
                shop.disk.cut_power(Unsynced::torn);
                shop.store.reset();
                REQUIRE(shop.open());
                // A commit that failed may be there or not, but whole.
                CHECK(shop.kept() >= committed);
                CHECK(shop.kept() <= committed + 1);
            }
            CHECK(n > 20);  // The loop did fail something.
        }
    }
}

TEST_CASE("after a kill, what was written and not synced is there") {
    Shop shop;
    shop.disk.ignore_syncs();
    REQUIRE(shop.open());
    for (int n = 0; n < 3; ++n) REQUIRE(shop.commit(n));
    shop.disk.kill();
    shop.store.reset();
    REQUIRE(shop.open());
    CHECK(shop.kept() == 3);
}

TEST_CASE("a disk that lies about its syncs loses commits when the power is cut") {
    Shop shop;
    REQUIRE(shop.open());
    REQUIRE(shop.commit(0));
    shop.disk.ignore_syncs();
    REQUIRE(shop.commit(1));
    shop.disk.cut_power(Unsynced::lost);
    shop.store.reset();
    REQUIRE(shop.open());
    CHECK(shop.kept() == 1);
}

TEST_CASE("a second connection sees what was committed, and waits for the writer like any other") {
    Shop shop;
    REQUIRE(shop.open());
    REQUIRE(shop.commit(0));
    sqlite3* second = nullptr;
    REQUIRE(sqlite3_open(shop.file().c_str(), &second) == SQLITE_OK);
    CHECK(sqlite3_exec(second, "SELECT * FROM setting", nullptr, nullptr, nullptr) == SQLITE_OK);
    {
        const auto writer = shop.store->begin();
        (void)writer->setting("");  // Takes the lock.
        CHECK(sqlite3_exec(second, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_BUSY);
    }
    CHECK(sqlite3_exec(second, "BEGIN IMMEDIATE; COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(second);
}

TEST_CASE("a page that was damaged is found when the store is opened") {
    Shop shop;
    REQUIRE(shop.open());
    for (int n = 0; n < 20; ++n) REQUIRE(shop.commit(n));
    shop.store.reset();  // Its log is in the file now.
    shop.disk.damage(shop.file(), 4'096, std::string(4'096, '\7'));
    CHECK_FALSE(shop.open());
}

TEST_CASE("the same seed tears the same way") {
    std::string seen[2];
    for (std::string& content : seen) {
        Shop shop(7);
        REQUIRE(shop.open());
        for (int n = 0; n < 5; ++n) REQUIRE(shop.commit(n));
        shop.disk.ignore_syncs();
        for (int n = 5; n < 9; ++n) REQUIRE(shop.commit(n));
        shop.disk.cut_power(Unsynced::torn);
        shop.store.reset();
        REQUIRE(shop.open());
        content = std::to_string(shop.kept()) + " " + std::to_string(shop.disk.changes());
    }
    CHECK(seen[0] == seen[1]);
}

}  // namespace
}  // namespace gotong::test
