// Pictures that begin with another one, by the real binaries: uploaded, lent to the worker, checked
// by it, and named in the receipt.
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <fstream>

#include "common/crypto/sha256.h"
#include "common/picture/decode/decode.h"
#include "common/picture/format.h"
#include "tests/e2e/front.h"
#include "tests/e2e/local_pool.h"
#include "tests/support/picture/samples.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kSide = 128;  // The demo model's own.

std::string sha256(const std::string& bytes) {
    return crypto::to_hex(crypto::sha256(as_bytes(bytes)));
}

std::string write(const LocalPool& pool, const std::string& name, const std::string& bytes) {
    const auto path = pool.file(name);
    std::ofstream{path, std::ios::binary} << bytes;
    return path.string();
}

std::string photo() { return read_bytes(docs_picture()); }

// Its right half is white: painted anew.
std::string half_mask() {
    picture::Picture mask{{kSide, kSide}, {}};
    for (std::uint32_t i = 0; i < kSide * kSide; ++i)
        mask.rgb.insert(mask.rgb.end(), 3, i % kSide < kSide / 2 ? 0 : 255);
    return picture::test::rgb_png(mask);
}

std::vector<std::uint8_t> pixels_of(const std::filesystem::path& file) {
    const auto decoded = picture::decode(as_bytes(read_bytes(file)));
    REQUIRE(decoded);
    return decoded->rgb;
}

std::vector<std::string> render(const LocalPool& pool, const std::string& out,
                                const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"render", "a green apple",        "--steps", "8", "--seed", "7",
                                   "--out",  pool.file(out).string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

struct PoolWithWorker : LocalPool {
    PoolWithWorker() {
        join_worker();
        start_worker();
    }
};

// The engine alone.
std::vector<std::uint8_t> painted_alone(const LocalPool& pool,
                                        const std::vector<std::string>& more) {
    const auto out = pool.file("alone.png");
    std::vector<std::string> words{binary("gotong-renderer"),
                                   "render",
                                   "--model",
                                   demo_model().string(),
                                   "--prompt",
                                   "a green apple",
                                   "--steps",
                                   "8",
                                   "--seed",
                                   "7",
                                   "--threads",
                                   "2",
                                   "--out",
                                   out.string()};
    words.insert(words.end(), more.begin(), more.end());
    const Finished painted = run(words, pool.environment());
    INFO(painted.out << painted.err);
    REQUIRE(painted.status == 0);
    return pixels_of(out);
}

TEST_CASE("a picture begins with another: the engine's own, with a receipt that names the file") {
    PoolWithWorker pool;
    const std::string from = write(pool, "photo.png", photo());
    const auto answer = pool.json(render(pool, "fox.png", {"--from", from, "--strength", "0.6"}));
    INFO(pool.worker->output());
    CHECK(answer.at("original").at("picture_sha256") == sha256(photo()));
    CHECK(pixels_of(pool.file("fox.png")) ==
          painted_alone(pool, {"--from", from, "--strength", "0.6"}));

    const std::string fox = pool.file("fox.png").string();
    const auto verified = pool.json({"verify", fox, "--from", from});
    CHECK(verified.at("claims").at("original").at("picture_sha256") == sha256(photo()));
    CHECK(verified.at("claims").at("original").at("strength") == 0.6);
    CHECK(verified.at("given").at(0).at("passed") == true);
    const Finished words = pool.gotong({"verify", fox});
    CHECK(words.out.find("a1111: 5 of 8 steps") != std::string::npos);

    const std::string other = write(pool, "other.png", half_mask());
    const Finished mismatch = pool.gotong({"verify", fox, "--from", other});
    INFO(mismatch.out);
    CHECK(mismatch.status == 1);
    CHECK(mismatch.out.find("is not the picture that it began with") != std::string::npos);
    CHECK(pool.gotong({"verify", fox, "--mask", other}).status == 1);
    CHECK(pool.gotong({"verify", fox, "--from", "missing.png"}).status == 2);
}

TEST_CASE("the same picture and seed make the same picture again, by either rule") {
    PoolWithWorker pool;
    const std::string from = write(pool, "photo.png", photo());
    const std::vector<std::string> more{"--from",          from,       "--strength", "0.5",
                                        "--strength-rule", "diffusers"};
    REQUIRE(pool.gotong(render(pool, "a.png", more)).status == 0);
    REQUIRE(pool.gotong(render(pool, "b.png", more)).status == 0);
    CHECK(pixels_of(pool.file("a.png")) == pixels_of(pool.file("b.png")));
    CHECK(pixels_of(pool.file("a.png")) == painted_alone(pool, more));
}

TEST_CASE("under a mask the rest of the picture stays as it was") {
    PoolWithWorker pool;
    const std::string from = write(pool, "photo.png", photo());
    const std::string mask = write(pool, "mask.png", half_mask());
    const auto answer =
        pool.json(render(pool, "half.png", {"--from", from, "--mask", mask, "--strength", "1"}));
    CHECK(answer.at("original").at("mask_sha256") == sha256(half_mask()));
    const auto before = pixels_of(from);
    const auto after = pixels_of(pool.file("half.png"));
    std::size_t changed_left = 0, changed_right = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i] == after[i]) continue;
        ++(i / 3 % kSide < kSide / 2 ? changed_left : changed_right);
    }
    CHECK(changed_left == 0);
    CHECK(changed_right > 0);
    const std::string half = pool.file("half.png").string();
    CHECK(pool.gotong({"verify", half, "--from", from, "--mask", mask}).status == 0);
    CHECK(pool.gotong({"verify", half, "--from", from, "--mask", from}).status == 1);
}

TEST_CASE("several pictures of one original are made from one upload") {
    PoolWithWorker pool;
    const std::string from = write(pool, "photo.png", photo());
    const auto answer = pool.json(render(pool, "many.png", {"--from", from, "--count", "3"}));
    REQUIRE(answer.at("pictures").size() == 3);
    for (const auto& picture : answer.at("pictures"))
        CHECK(
            pool.gotong({"verify", picture.at("file").get<std::string>(), "--from", from}).status ==
            0);
}

TEST_CASE("a private picture's receipt still names what it began with") {
    PoolWithWorker pool;
    const std::string from = write(pool, "photo.png", photo());
    const Finished rendered = pool.gotong(render(pool, "p.png", {"--from", from, "--private"}));
    INFO(rendered.err << pool.worker->output());
    REQUIRE(rendered.status == 0);
    CHECK(read_bytes(pool.file("p.png")).find("green apple") == std::string::npos);
    CHECK(pool.gotong({"verify", pool.file("p.png").string(), "--from", from}).status == 0);
}

TEST_CASE("what cannot be begun with is refused before anything is sent, by its option") {
    LocalPool pool;
    const std::string sound = write(pool, "photo.png", photo());
    const std::string text = write(pool, "text.png", "hello");
    const std::string huge =
        write(pool, "huge.png", photo() + std::string(picture::kMaxFileBytes, 'x'));
    const std::vector<std::pair<std::vector<std::string>, std::string>> bad{
        {{"--from", pool.file("missing.png").string()}, "from: there is no file"},
        {{"--from", text}, "no PNG, JPEG or WebP"},
        {{"--from", huge}, "16 MiB"},
        {{"--from", sound, "--strength", "0", "--strength-rule", "diffusers"}, "nearest"},
        {{"--from", sound, "--strength", "2"}, "strength"},
        {{"--from", sound, "--mask", text}, "mask: "},
        {{"--strength", "0.5"}, "--from"}};
    for (const auto& [more, words] : bad) {
        const Finished refused = pool.gotong(render(pool, "no.png", more));
        INFO(words << "\n" << refused.err);
        CHECK(refused.status == 2);
        CHECK(refused.err.find(words) != std::string::npos);
    }
    CHECK(pool.json({"status"}).at("jobs").empty());
}

// A pool whose gateway stands behind a front.
struct FrontedPool : LocalPool {
    FrontedPool() {
        coordinator.reset();
        start_coordinator({"--public-url", front.url()});
        front.forward_to(http_address());
        join_worker();
        start_worker();
    }

    Process begin(const std::string& from) {
        return gotong_in_background(render(*this, "fronted.png", {"--from", from}), "render.log");
    }
    bool has_verified(const std::string& from) const {
        return gotong({"verify", file("fronted.png").string(), "--from", from}).status == 0;
    }

    Front front;
};

TEST_CASE("a worker that is killed while it downloads costs nothing: the job ends in one picture") {
    FrontedPool pool;
    const std::string from = write(pool, "photo.png", photo());
    pool.front.be(Front::Mood::silent);
    Process rendering = pool.begin(from);
    REQUIRE(eventually([&] { return pool.front.asked() == 1; }, kSoon));
    pool.worker->kill_now();
    pool.front.be(Front::Mood::honest);
    pool.start_worker();
    CHECK(rendering.wait(kSoon * 2) == 0);
    INFO(rendering.output() << pool.worker->output());
    CHECK(pool.has_verified(from));
    CHECK(pool.json({"status"}).at("jobs").size() == 1);
}

TEST_CASE("an address that has expired hands the job back, and a fresh offer has a fresh one") {
    FrontedPool pool;
    const std::string from = write(pool, "photo.png", photo());
    pool.front.be(Front::Mood::forbidding);
    Process rendering = pool.begin(from);
    REQUIRE(eventually([&] { return pool.front.asked() == 1; }, kSoon));
    pool.front.be(Front::Mood::honest);
    CHECK(rendering.wait(kSoon * 2) == 0);
    INFO(rendering.output() << pool.worker->output());
    CHECK(pool.has_verified(from));
    CHECK(pool.worker->output().find("403") != std::string::npos);
}

TEST_CASE("wrong bytes never become a picture: the worker says what is wrong") {
    FrontedPool pool;
    const std::string from = write(pool, "photo.png", photo());
    pool.front.be(Front::Mood::lying);
    Process rendering = pool.begin(from);
    CHECK(eventually([&] { return pool.worker->output().find("other bytes") != std::string::npos; },
                     kSoon));
    rendering.signal(SIGINT);
    CHECK(rendering.wait(kSoon) == 1);
    CHECK_FALSE(std::filesystem::exists(pool.file("fronted.png")));
}

}  // namespace
}  // namespace gotong::test
