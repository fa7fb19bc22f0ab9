// Retention on a real pool: what its options take, what goes, and what a creator is told.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "common/http/client.h"
#include "tests/coordinator/archive/pool_with_pictures.h"

namespace gotong::test {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

// As if the pool had been away for three days.
void let_days_pass(PoolWithPictures& pool) {
    pool.pool.kill();
    meddle(pool.data(), "UPDATE job SET ended = ended - 3 * 86400000");
    pool.pool.restart();
}

http::Response get(const std::string& url) {
    http::Request request;
    request.url = http::parse_url(url).value();
    request.most_bytes = 1U << 20U;
    return http::exchange(request).value();
}

TEST_CASE(
    "old pictures go with their files, and their creator is told when, and keeps the receipt") {
    PoolWithPictures pool(1, {}, {"--keep-pictures", "2"});
    const std::string job = pool.jobs.at(0);
    const fs::path file = pool.picture_file(job);
    const v1::Picture before = pool.job(job).picture();
    REQUIRE(fs::exists(file));
    let_days_pass(pool);
    REQUIRE(eventually([&] { return !fs::exists(file); }, kSoon));

    const v1::Picture after = pool.job(job).picture();
    CHECK(after.removed_unix_ms() > 0);
    CHECK(after.receipt() == before.receipt());
    CHECK(after.picture_url().empty());
    const http::Response gone = get(before.picture_url());
    CHECK(gone.status == 410);
    CHECK_THAT(gone.body, ContainsSubstring("the pool's policy removed this picture on "));
    const std::string data = pool.data().string();
    const Finished watched =
        pool.gotong({"watch", job, "--out", pool.file("x.png").string(), "--data", data});
    CHECK(watched.status == 1);
    CHECK_THAT(watched.err, ContainsSubstring("the picture was removed on "));
    CHECK_THAT(watched.err, ContainsSubstring("its receipt is kept"));
    CHECK_FALSE(fs::exists(pool.file("x.png")));
    CHECK(pool.json({"status", "--data", data}).at("jobs").at(0).contains("picture_removed"));

    CHECK(pool.gotong({"pool", "check", "--data", data}).status == 0);
    const std::string backup = pool.file("backup").string();
    const std::string restored = pool.file("restored").string();
    CHECK(pool.gotong({"pool", "backup", backup, "--data", data}).status == 0);
    CHECK(pool.gotong({"pool", "restore", backup, "--data", restored}).status == 0);
}

TEST_CASE("old prompts go, and the pictures that were made of them stay") {
    PoolWithPictures pool(0, {}, {"--keep-jobs", "2"});
    const std::string secret = "a very particular walrus";
    const std::string job = pool.render(secret);
    CHECK(pool.job(job).spec().prompt() == secret);
    let_days_pass(pool);
    REQUIRE(eventually([&] { return pool.job(job).spec().prompt().empty(); }, kSoon));
    CHECK(pool.job(job).prompts_removed_unix_ms() > 0);
    CHECK(pool.job(job).picture().removed_unix_ms() == 0);
    CHECK(fs::exists(pool.picture_file(job)));
    CHECK(pool.gotong({"pool", "check", "--data", pool.data().string()}).status == 0);
}

TEST_CASE("limits that make no sense are refused with what would") {
    const std::vector<std::vector<std::string>> wrong{{"--keep-pictures", "-1"},
                                                      {"--keep-jobs", "nan"},
                                                      {"--keep-uploads", "0"},
                                                      {"--upload-quota", "1"}};
    const TempDir dir;
    for (std::vector<std::string> words : wrong) {
        INFO(words.front());
        const std::string flag = words.front();
        words.insert(words.begin(),
                     {GOTONG_BIN_DIR "/gotong-coordinator", "--data", (dir / "pool").string()});
        const Finished refused = run(words);
        CHECK(refused.status == 2);
        CHECK_THAT(refused.err, ContainsSubstring(flag + " takes "));
    }
}

}  // namespace
}  // namespace gotong::test
