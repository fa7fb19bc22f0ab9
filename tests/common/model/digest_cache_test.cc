// The cache of digests: what is remembered, and everything that makes it read the file again. That
// it did read again shows where a file was changed in a way that leaves no other trace.
#include "common/model/digest_cache.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/crypto/sha256.h"
#include "tests/support/temp_dir.h"

namespace gotong::model {
namespace {

namespace fs = std::filesystem;

WallTime in_a_minute() { return SystemClock().now().wall + 1min; }

void write(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

// Poisons the digest of every file that the cache at `file` remembers, so that an answer from
// memory can be told from one from disk. Returns how many there were.
int poison(const fs::path& file) {
    std::ifstream in(file);
    std::string out;
    int lines = 0;
    for (std::string line; std::getline(in, line); ++lines) {
        out += line.substr(0, line.rfind(' ') + 1) + std::string(64, 'a') + "\n";
    }
    write(file, out);
    return lines;
}

const std::string kPoisoned(64, 'a');

TEST_CASE("a file that did not change is answered from memory, over a save and a load") {
    const test::TempDir folder;
    write(folder / "weights", "abc");
    DigestCache cache;
    CHECK(cache.digest_of(folder / "weights", in_a_minute()) == crypto::sha256(as_bytes("abc")));
    REQUIRE(cache.save(folder / "cache"));
    REQUIRE(poison(folder / "cache") == 1);
    DigestCache loaded = DigestCache::load(folder / "cache");
    CHECK(crypto::to_hex(loaded.digest_of(folder / "weights", in_a_minute()).value()) == kPoisoned);
}

TEST_CASE("a file that changed is read again, also when size and modification time are the same") {
    const test::TempDir folder;
    write(folder / "weights", "abc");
    const auto modified = fs::last_write_time(folder / "weights");
    DigestCache cache;
    REQUIRE(cache.digest_of(folder / "weights", in_a_minute()));
    // The status change time moves with the kernel's tick; wait until it has.
    struct stat before {};
    struct stat after {};
    REQUIRE(::stat((folder / "weights").c_str(), &before) == 0);
    do {
        write(folder / "weights", "xyz");
        fs::last_write_time(folder / "weights", modified);
        REQUIRE(::stat((folder / "weights").c_str(), &after) == 0);
    } while (before.st_ctim.tv_sec == after.st_ctim.tv_sec &&
             before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
    CHECK(cache.digest_of(folder / "weights", in_a_minute()) == crypto::sha256(as_bytes("xyz")));
}

TEST_CASE("a file that has only just changed is not remembered") {
    const test::TempDir folder;
    write(folder / "weights", "abc");
    DigestCache cache;
    REQUIRE(cache.digest_of(folder / "weights", SystemClock().now().wall));
    REQUIRE(cache.save(folder / "cache"));
    CHECK(poison(folder / "cache") == 0);
}

TEST_CASE("after a week a digest is taken anew") {
    const test::TempDir folder;
    write(folder / "weights", "abc");
    DigestCache cache;
    const WallTime first = in_a_minute();
    REQUIRE(cache.digest_of(folder / "weights", first));
    REQUIRE(cache.save(folder / "cache"));
    REQUIRE(poison(folder / "cache") == 1);
    DigestCache loaded = DigestCache::load(folder / "cache");
    CHECK(
        crypto::to_hex(loaded.digest_of(folder / "weights", first + kRecheckAfter - 1ms).value()) ==
        kPoisoned);
    CHECK(loaded.digest_of(folder / "weights", first + kRecheckAfter) ==
          crypto::sha256(as_bytes("abc")));
}

TEST_CASE("a missing or damaged cache is an empty one") {
    const test::TempDir folder;
    write(folder / "weights", "abc");
    write(folder / "cache", "1 2 3 not a cache\n");
    for (const char* name : {"cache", "none"}) {
        DigestCache cache = DigestCache::load(folder / name);
        CHECK(cache.digest_of(folder / "weights", in_a_minute()) ==
              crypto::sha256(as_bytes("abc")));
    }
}

TEST_CASE("a file that is not there is not found") {
    const test::TempDir folder;
    DigestCache cache;
    CHECK(cache.digest_of(folder / "none", in_a_minute()).error().code == ErrorCode::not_found);
}

}  // namespace
}  // namespace gotong::model
