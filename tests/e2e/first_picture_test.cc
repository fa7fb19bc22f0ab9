// The main road, walked by the real binaries: a prompt becomes a picture whose receipt verifies
// offline, for the people who trust the pool and for nobody else.
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <set>

#include "tests/e2e/local_pool.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> render(const std::filesystem::path& out,
                                std::vector<std::string> more = {}) {
    std::vector<std::string> words{"render", "a red apple", "--steps", "4", "--out", out.string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST_CASE("a prompt becomes a picture that verifies offline") {
    LocalPool pool;
    pool.join_worker();
    pool.start_worker();
    const auto picture = pool.file("apple.png");

    const Finished rendered = pool.gotong(render(picture, {"--seed", "7"}));
    INFO(rendered.out << rendered.err << pool.worker->output());
    REQUIRE(rendered.status == 0);

    SECTION("with every process of the pool gone") {
        pool.worker.reset();
        pool.coordinator.reset();
        const Finished verified =
            run({binary("gotong"), "verify", picture.string()}, pool.environment());
        INFO(verified.out << verified.err);
        CHECK(verified.status == 0);
        CHECK(verified.out.find("emoji") != std::string::npos);
    }
    SECTION("but not for somebody who never met the pool") {
        Environment stranger = pool.environment();
        stranger["GOTONG_HOME"] = pool.file("stranger").string();
        const Finished verified = run({binary("gotong"), "verify", picture.string()}, stranger);
        INFO(verified.out << verified.err);
        CHECK(verified.status == 1);
        const std::string key = pool.json({"status"}).at("pool").at("key");
        CHECK(run({binary("gotong"), "verify", picture.string(), "--pool-key", key}, stranger)
                  .status == 0);
    }
    SECTION("and holds the settings where A1111's readers look for them") {
        const std::string bytes = read_bytes(picture);
        CHECK(bytes.find("parameters") != std::string::npos);
        CHECK(bytes.find("Steps: 4") != std::string::npos);
        CHECK(bytes.find("Seed: 7") != std::string::npos);
    }
}

TEST_CASE("a private picture says nothing of its prompt") {
    LocalPool pool;
    pool.join_worker();
    pool.start_worker();
    const auto picture = pool.file("private.png");
    const Finished rendered = pool.gotong(render(picture, {"--private"}));
    INFO(rendered.out << rendered.err);
    REQUIRE(rendered.status == 0);
    CHECK(read_bytes(picture).find("apple") == std::string::npos);
    CHECK(pool.gotong({"verify", picture.string()}).status == 0);
    CHECK(pool.coordinator->output().find("apple") == std::string::npos);
    CHECK(pool.worker->output().find("apple") == std::string::npos);
}

TEST_CASE("several pictures of one request have seeds that count up, and are all verified") {
    LocalPool pool;
    pool.join_worker();
    pool.start_worker();
    const auto answer = pool.json(render(pool.file("many.png"), {"--count", "3", "--seed", "40"}));
    std::set<std::string> seeds, digests;
    for (const auto& picture : answer.at("pictures")) {
        seeds.insert(picture.at("seed").get<std::string>());
        digests.insert(picture.at("sha256").get<std::string>());
        CHECK(pool.gotong({"verify", picture.at("file").get<std::string>()}).status == 0);
    }
    CHECK(seeds == std::set<std::string>{"40", "41", "42"});
    CHECK(digests.size() == 3);
}

TEST_CASE("the same seed draws the same pixels again, another seed draws others") {
    LocalPool pool;
    pool.join_worker();
    pool.start_worker();
    const auto pixels = [&](const std::string& name, const std::string& seed) {
        REQUIRE(pool.gotong(render(pool.file(name), {"--seed", seed})).status == 0);
        return pool.json({"verify", pool.file(name).string()})
            .at("pixel_sha256")
            .get<std::string>();
    };
    const std::string first = pixels("a.png", "5");
    CHECK(pixels("b.png", "5") == first);
    CHECK(pixels("c.png", "6") != first);
}

TEST_CASE("a cancelled job ends at once and costs nothing") {
    LocalPool pool;
    pool.join_worker();
    pool.start_worker();
    const auto before = pool.json({"status"}).at("available_micro_credits");
    Process rendering = pool.gotong_in_background(
        {"render", "a red apple", "--steps", "150", "--out", pool.file("never.png").string()},
        "render.log");
    REQUIRE(eventually([&] { return pool.json({"status"}).at("jobs_running") == 1; }, kSoon));
    rendering.signal(SIGINT);
    const auto status = rendering.wait(kSoon);
    INFO(rendering.output());
    CHECK(status == 1);
    CHECK_FALSE(std::filesystem::exists(pool.file("never.png")));
    CHECK(pool.json({"status"}).at("available_micro_credits") == before);
    CHECK(pool.json({"status"}).at("jobs").at(0).at("state") == "cancelled");
    // The worker is free for the next one.
    CHECK(pool.gotong(render(pool.file("next.png"))).status == 0);
}

TEST_CASE("a worker that is told to stop leaves cleanly and its job is rendered by another") {
    LocalPool pool;
    pool.join_worker("first");
    pool.join_worker("second");
    pool.start_worker("first");
    Process rendering = pool.gotong_in_background(
        {"render", "a red apple", "--steps", "150", "--out", pool.file("apple.png").string()},
        "render.log");
    REQUIRE(eventually([&] { return pool.json({"status"}).at("jobs_running") == 1; }, kSoon));
    pool.worker->signal(SIGTERM);
    CHECK(pool.worker->wait(kSoon) == 0);
    pool.start_worker("second");
    CHECK(rendering.wait(kSoon * 2) == 0);
    INFO(rendering.output());
    CHECK(pool.gotong({"verify", pool.file("apple.png").string()}).status == 0);
}

}  // namespace
}  // namespace gotong::test
