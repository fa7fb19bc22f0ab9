// `gotong pool backup` and `gotong pool restore` on a real pool: what a backup holds, what a
// restored pool can do, and what is refused.
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "common/file/file.h"
#include "tests/coordinator/archive/pool_with_pictures.h"

namespace gotong::test {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

Finished back_up(const PoolWithPictures& pool, const std::string& name = "backup") {
    return pool.gotong(
        {"pool", "backup", pool.file(name).string(), "--data", pool.data().string()});
}

Finished restore(const PoolWithPictures& pool, const std::string& into = "restored") {
    return pool.gotong(
        {"pool", "restore", pool.file("backup").string(), "--data", pool.file(into).string()});
}

std::string bytes_of(const fs::path& path) {
    return file::read_small(path, std::size_t{64} << 20U).value();
}

// A coordinator on a folder, on ports of its own.
class Served {
  public:
    Served(const fs::path& data, const fs::path& log)
        : data_(data),
          process_({GOTONG_BIN_DIR "/gotong-coordinator", "--data", data.string(), "--listen",
                    "127.0.0.1:0", "--http", "127.0.0.1:0"},
                   log) {
        const auto serves = [&] { return fs::exists(data_ / "endpoints.json"); };
        INFO(process_.output());
        REQUIRE(eventually(serves, kSoon));
    }

  private:
    fs::path data_;
    Process process_;
};

TEST_CASE("a pool that is restored from a backup of the running one knows and has everything") {
    PoolWithPictures pool;
    const std::string waiting = pool.submit("still in the queue");
    const Finished saved = back_up(pool);
    INFO(saved.out << saved.err);
    REQUIRE(saved.status == 0);
    CHECK_THAT(saved.out, ContainsSubstring("2 pictures"));
    const std::string after = pool.submit("after the backup");

    const Finished restored = restore(pool);
    INFO(restored.out << restored.err);
    REQUIRE(restored.status == 0);
    CHECK_THAT(restored.out, ContainsSubstring("3 jobs and 2 pictures"));
    const fs::path data = pool.file("restored");
    for (const char* name : {"pool.key", "pool.pub", "presign.key", "creator.token"}) {
        CHECK(bytes_of(data / name) == bytes_of(pool.data() / name));
    }
    const Served again(data, pool.file("log"));
    const std::string folder = data.string();
    for (const std::string& job : pool.jobs) {
        const std::string picture = pool.file(job + ".png").string();
        const Finished fetched = pool.gotong({"watch", job, "--out", picture, "--data", folder});
        INFO(fetched.out << fetched.err);
        CHECK(fetched.status == 0);
        CHECK(pool.gotong({"verify", picture, "--data", folder}).status == 0);
    }
    const auto status = pool.json({"status", "--data", folder});
    CHECK(status.at("jobs").size() == 3);
    CHECK(status.at("jobs").at(0).at("job") == waiting);
    CHECK(pool.gotong({"pool", "check", "--data", folder}).status == 0);
    CHECK(pool.job(after).job_id() == after);  // The first pool went on.
}

TEST_CASE("a backup of a pool that was killed has what it had acknowledged") {
    PoolWithPictures pool;
    pool.pool.kill();
    REQUIRE(back_up(pool).status == 0);
    REQUIRE(restore(pool).status == 0);
    CHECK(pool.json({"pool", "check", "--data", pool.file("restored").string()}).at("pictures") ==
          2);
}

TEST_CASE("backups taken while pictures come in are whole, each of them") {
    PoolWithPictures pool(0);
    for (int n = 0; n < 6; ++n) {
        Process saving(
            {GOTONG_BIN_DIR "/gotong", "pool", "backup",
             pool.file("backup-" + std::to_string(n)).string(), "--data", pool.data().string()},
            pool.file("log"));
        pool.render("apple " + std::to_string(n));
        pool.render("pear " + std::to_string(n));
        REQUIRE(saving.wait(kSoon) == 0);
        const fs::path backup = pool.file("backup-" + std::to_string(n));
        CHECK(pool.gotong({"pool", "check", "--data", backup.string()}).status == 0);
    }
}

TEST_CASE("nobody but its owner may read a backup, which holds keys and prompts") {
    PoolWithPictures pool(1);
    REQUIRE(back_up(pool).status == 0);
    for (const auto& entry : fs::recursive_directory_iterator(pool.file("backup"))) {
        struct stat status {};
        INFO(entry.path());
        REQUIRE(::stat(entry.path().c_str(), &status) == 0);
        CHECK((status.st_mode & 077U) == 0);
    }
}

TEST_CASE("a backup is whole or not there, and touches nothing that is") {
    PoolWithPictures pool(1);
    REQUIRE(back_up(pool).status == 0);
    const std::string before = bytes_of(pool.file("backup") / "backup.json");
    const Finished again = back_up(pool);
    CHECK(again.status == 2);
    CHECK_THAT(again.err, ContainsSubstring("is there and not empty"));
    CHECK(bytes_of(pool.file("backup") / "backup.json") == before);

    // A key that cannot be copied ends it half-way.
    fs::remove(pool.data() / "presign.key");
    fs::create_directory(pool.data() / "presign.key");
    CHECK(back_up(pool, "second").status != 0);
    for (const auto& entry : fs::directory_iterator(pool.file("backup").parent_path())) {
        CHECK_FALSE(entry.path().filename().string().starts_with("second"));
    }
}

TEST_CASE(
    "a backup of a pool that has lost a picture is made, and says so, and so is its restore") {
    PoolWithPictures pool;
    fs::remove(pool.picture_file(pool.jobs.at(0)));
    flip_a_byte(pool.picture_file(pool.jobs.at(1)));
    const auto saved =
        pool.json({"pool", "backup", pool.file("backup").string(), "--data", pool.data().string()});
    CHECK(saved.at("lost").size() == 2);
    CHECK(saved.at("pictures") == 0);
    const Finished restored = restore(pool);
    CHECK(restored.status == 0);
    CHECK_THAT(restored.err, ContainsSubstring(pool.jobs.at(0)));
}

TEST_CASE("a backup is not restored into a folder that holds anything") {
    PoolWithPictures pool(1);
    REQUIRE(back_up(pool).status == 0);
    const Finished refused = pool.gotong(
        {"pool", "restore", pool.file("backup").string(), "--data", pool.data().string()});
    CHECK(refused.status == 2);
    CHECK_THAT(refused.err, ContainsSubstring("not empty"));
    fs::create_directory(pool.file("empty"));
    CHECK(restore(pool, "empty").status == 0);
}

TEST_CASE("a backup of a newer version is not restored, and the refusal says what to do") {
    PoolWithPictures pool(1);
    REQUIRE(back_up(pool).status == 0);
    meddle(pool.file("backup"), "PRAGMA user_version = 9999");
    const Finished refused = restore(pool);
    CHECK(refused.status == 4);
    CHECK_THAT(refused.err, ContainsSubstring("use that version of Gotong or a later one"));
    CHECK_FALSE(fs::exists(pool.file("restored")));
}

// Damages a backup in one way; what the refusal must speak of.
struct Damage {
    const char* what;
    void (*make)(const fs::path& backup, const std::string& picture);
    const char* told;
};

TEST_CASE("a broken backup is refused whole, with what is wrong") {
    PoolWithPictures pool(1);
    REQUIRE(back_up(pool).status == 0);
    const std::string picture = pool.picture_file(pool.jobs.at(0)).filename().string();
    const Damage damages[] = {
        {"a picture is missing",
         [](const fs::path& it, const std::string& hex) { fs::remove(blob_in(it, hex)); },
         "is missing"},
        {"a picture is damaged",
         [](const fs::path& it, const std::string& hex) { flip_a_byte(blob_in(it, hex)); },
         "is damaged"},
        {"the database was changed",
         [](const fs::path& it, const std::string&) {
             meddle(it, "UPDATE ledger_balance SET micro = micro + 1");
         },
         "gotong.db is not the file that was saved"},
        {"the key is gone",
         [](const fs::path& it, const std::string&) { fs::remove(it / "pool.key"); },
         "pool.key is missing"},
        {"it was not finished",
         [](const fs::path& it, const std::string&) { fs::remove(it / "backup.json"); },
         "is no backup"},
    };
    for (const Damage& damage : damages) {
        INFO(damage.what);
        fs::copy(pool.file("backup"), pool.file("sound"), fs::copy_options::recursive);
        damage.make(pool.file("backup"), picture);
        const Finished refused = restore(pool);
        CHECK(refused.status != 0);
        CHECK_THAT(refused.err, ContainsSubstring(damage.told));
        CHECK_FALSE(fs::exists(pool.file("restored")));
        fs::remove_all(pool.file("backup"));
        fs::rename(pool.file("sound"), pool.file("backup"));
    }
    CHECK(restore(pool).status == 0);
}

}  // namespace
}  // namespace gotong::test
