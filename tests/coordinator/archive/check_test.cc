// `gotong pool check`: what it finds, and that it leaves everything as it was.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "tests/coordinator/archive/pool_with_pictures.h"

namespace gotong::test {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

Finished check(const PoolWithPictures& pool) {
    return pool.gotong({"pool", "check", "--data", pool.data().string()});
}

TEST_CASE("a pool that is well is found to be, while it runs and after a kill") {
    PoolWithPictures pool;
    pool.submit("waits");
    const Finished running = check(pool);
    INFO(running.out << running.err);
    CHECK(running.status == 0);
    CHECK_THAT(running.out, ContainsSubstring("3 jobs, 2 pictures"));
    CHECK_THAT(running.out, ContainsSubstring("all is well"));
    pool.pool.kill();
    CHECK(check(pool).status == 0);
    pool.pool.restart();
    CHECK(pool.job(pool.jobs.at(0)).state() == v1::JOB_STATE_DONE);
}

TEST_CASE("missing and damaged pictures are found, each with its job") {
    PoolWithPictures pool;
    fs::remove(pool.picture_file(pool.jobs.at(0)));
    flip_a_byte(pool.picture_file(pool.jobs.at(1)));
    const auto report = pool.json({"pool", "check", "--data", pool.data().string()});
    REQUIRE(report.at("faults").size() == 2);
    const std::string damaged = report.at("faults").at(0);
    CHECK_THAT(damaged, ContainsSubstring(pool.jobs.at(1)));
    CHECK_THAT(damaged, ContainsSubstring("is damaged"));
    const std::string missing = report.at("faults").at(1);
    CHECK_THAT(missing, ContainsSubstring(pool.jobs.at(0)));
    CHECK_THAT(missing, ContainsSubstring("is missing"));
    CHECK(check(pool).status == 1);
}

TEST_CASE("a picture that no job has is told of, and is no fault") {
    PoolWithPictures pool(1);
    const fs::path known = pool.picture_file(pool.jobs.at(0));
    const std::string stray(64, 'a');
    fs::create_directories(blob_in(pool.data(), stray).parent_path());
    fs::copy(known, blob_in(pool.data(), stray));
    const Finished checked = check(pool);
    CHECK(checked.status == 0);
    CHECK_THAT(checked.out, ContainsSubstring("note: no finished job has the picture " + stray));
}

// Breaks one rule; what must be told.
struct Break {
    const char* sql;
    const char* told;
};

TEST_CASE("a database that breaks a rule of the coordinator's is found out, rule by rule") {
    PoolWithPictures pool(2);
    pool.submit("waits");
    pool.pool.stop();
    const fs::path sound = pool.file("sound");
    fs::copy(pool.data() / "gotong.db", sound);
    const Break breaks[] = {
        {"UPDATE ledger_entry SET micro = micro + 1 WHERE line = 1 AND posting = 1",
         "does not sum to zero"},
        {"INSERT INTO posting (kind, reference, at) VALUES ('grant', 'x', 1)", "has no entries"},
        {"UPDATE ledger_balance SET micro = micro + 1 WHERE account LIKE 'worker/%'",
         "a balance is not the sum of its entries"},
        {"DELETE FROM ledger_balance WHERE account LIKE '%/held'",
         "the credits held are not the price"},
        {"UPDATE posting SET reference = 'x' WHERE row = "
         "(SELECT row FROM posting WHERE kind = 'settle' LIMIT 1)",
         "a job is done and was not paid"},
        {"UPDATE posting SET reference = (SELECT lower(hex(id)) FROM job WHERE state < 3) "
         "WHERE row = (SELECT row FROM posting WHERE kind = 'settle' LIMIT 1)",
         "a job is not done and was paid"},
        {"UPDATE job SET state = 4 WHERE state < 3", "its credits were not given back"},
        {"UPDATE attempt SET outcome = 'failed' WHERE outcome = 'accepted'",
         "has not exactly one accepted attempt"},
        {"DELETE FROM accepted_statement", "is not among the accepted ones"},
        {"UPDATE job_count SET jobs = 9 WHERE state = 3", "a counter of jobs is wrong"},
        {"UPDATE worker SET accepted = 9", "a worker's counter of accepted pictures is wrong"},
        {"PRAGMA foreign_keys = OFF; DELETE FROM request", "refers to one that is not there"},
        {"UPDATE job SET bundle = replace(bundle, 'payload', 'payLoad') WHERE state = 3",
         "the receipt cannot be read"},
        {"UPDATE job SET picture_size = 1 WHERE state = 3", "has another size"},
    };
    for (const Break& broken : breaks) {
        INFO(broken.sql);
        fs::copy(sound, pool.data() / "gotong.db", fs::copy_options::overwrite_existing);
        meddle(pool.data(), broken.sql);
        const Finished checked = check(pool);
        CHECK(checked.status == 1);
        CHECK_THAT(checked.out, ContainsSubstring(broken.told));
    }
    fs::copy(sound, pool.data() / "gotong.db", fs::copy_options::overwrite_existing);
    CHECK(check(pool).status == 0);
}

TEST_CASE("receipts that were swapped, or signed by another pool, are found") {
    PoolWithPictures pool(2);
    pool.pool.stop();
    meddle(pool.data(),
           "CREATE TEMP TABLE kept AS SELECT id, bundle FROM job ORDER BY row;"
           "UPDATE job SET bundle = (SELECT bundle FROM kept WHERE kept.id <> job.id)");
    const Finished swapped = check(pool);
    CHECK(swapped.status == 1);
    CHECK_THAT(swapped.out, ContainsSubstring("it is about another job"));
    fs::remove(pool.data() / "pool.pub");
    CHECK_THAT(check(pool).out, ContainsSubstring("pool.pub cannot be read"));
}

TEST_CASE("damaged pages are found, and nothing else is said of them") {
    PoolWithPictures pool(1);
    pool.pool.stop();
    {
        std::fstream file(pool.data() / "gotong.db",
                          std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(8 * 4096);
        file << std::string(6 * 4096, '\x5a');
    }
    const Finished checked = check(pool);
    CHECK(checked.status == 1);
    CHECK_THAT(checked.out, ContainsSubstring("the database"));
}

TEST_CASE("a folder without a pool, and a pool of a newer version, are refused with what to do") {
    PoolWithPictures pool(0);
    const Finished nothing =
        pool.gotong({"pool", "check", "--data", pool.file("nothing").string()});
    CHECK(nothing.status == 2);
    CHECK_THAT(nothing.err, ContainsSubstring("there is no pool in"));
    pool.pool.stop();
    meddle(pool.data(), "PRAGMA user_version = 9999");
    const Finished newer = check(pool);
    CHECK(newer.status == 4);
    CHECK_THAT(newer.err, ContainsSubstring("use that version of Gotong or a later one"));
}

}  // namespace
}  // namespace gotong::test
