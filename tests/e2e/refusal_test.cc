// What is refused, and that the refusal names the field and what would work. Nothing that is
// refused is queued or paid for.
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/e2e/local_pool.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

bool says(const Finished& finished, const std::string& words) {
    return (finished.out + finished.err).find(words) != std::string::npos;
}

struct BadRequest {
    std::vector<std::string> options;
    std::string names;  // What the error must mention.
};

TEST_CASE("bad input is refused before anything is queued, with the field and what would work") {
    LocalPool pool;
    const auto bad = std::vector<BadRequest>{
        {{"--model", "emojy"}, "emoji"},
        {{"--steps", "0"}, "steps"},
        {{"--steps", "151"}, "150"},
        {{"--guidance", "-1"}, "guidance"},
        {{"--guidance", "nan"}, "guidance"},
        {{"--size", "130x128"}, "128"},
        {{"--size", "100000x128"}, "width"},
        {{"--size", "wide"}, "size"},
        {{"--sampler", "eular"}, "euler"},
        {{"--schedule", "karas"}, "karras"},
        {{"--count", "99"}, "count"},
        {{"--seed", "-3"}, "seed"},
        {{"--negative", std::string(5000, 'x')}, "4000"},
        {{"--negative", "\xff\xfe"}, "UTF-8"},
    };
    for (const BadRequest& request : bad) {
        std::vector<std::string> words{"render", "a red apple", "--out",
                                       pool.file("no.png").string()};
        words.insert(words.end(), request.options.begin(), request.options.end());
        const Finished refused = pool.gotong(words);
        INFO(request.options.at(0) << " " << request.options.at(1).substr(0, 20) << "\n"
                                   << refused.err);
        CHECK(refused.status == 2);
        CHECK(says(refused, request.names));
    }
    CHECK(pool.json({"status"}).at("jobs").empty());
    CHECK(pool.json({"status"}).at("held_micro_credits") == 0);
}

TEST_CASE("a wrong or revoked token is refused with what to do") {
    LocalPool pool;
    const auto render_with = [&](const std::string& token) {
        return run({binary("gotong"), "render", "a red apple", "--coordinator", pool.grpc_address(),
                    "--token", token, "--out", pool.file("no.png").string()},
                   pool.environment());
    };
    CHECK(render_with("gtc_wrong").status == 4);

    const std::string token = pool.json({"token", "create", "ana"}).at("token");
    REQUIRE(pool.gotong({"token", "revoke", "ana"}).status == 0);
    const Finished refused = render_with(token);
    INFO(refused.err);
    CHECK(refused.status == 4);
    CHECK(says(refused, "token"));
}

TEST_CASE("no coordinator is exit code 3") {
    LocalPool pool;
    const std::string address = pool.grpc_address();
    pool.coordinator.reset();
    const Finished refused =
        run({binary("gotong"), "status", "--coordinator", address, "--token", "gtc_x"},
            pool.environment());
    INFO(refused.err);
    CHECK(refused.status == 3);
}

TEST_CASE("an invite works once") {
    LocalPool pool;
    const std::string invite = pool.json({"invite"}).at("invite");
    const auto join = [&](const std::string& name) {
        return run(
            {binary("gotong-worker"), "join", invite, "--data", pool.worker_data(name).string(),
             "--models", demo_model().parent_path().string(), "--no-run"},
            pool.environment());
    };
    const Finished first = join("first");
    INFO(first.out << first.err);
    CHECK(first.status == 0);
    CHECK(says(first, "Prompts"));  // What a contributor is told before joining.
    const Finished second = join("second");
    INFO(second.out << second.err);
    CHECK(second.status == 4);
    CHECK(says(second, "invite"));
}

TEST_CASE("a revoked worker is sent away and gets no jobs") {
    LocalPool pool;
    pool.join_worker();
    pool.start_worker();
    REQUIRE(eventually([&] { return pool.json({"status"}).at("workers_online") == 1; }, kSoon));
    REQUIRE(pool.gotong({"worker", "revoke", "worker"}).status == 0);
    CHECK(eventually([&] { return pool.json({"status"}).at("workers_online") == 0; }, kSoon));
    const auto status = pool.worker->wait(kSoon);  // It does not knock for ever.
    INFO(pool.worker->output());
    CHECK(status == 4);
    CHECK(pool.worker->output().find("this worker was revoked by the pool's operator") !=
          std::string::npos);

    const auto join_with = [&](const std::string& folder) {
        const std::string invite = pool.json({"invite"}).at("invite");
        return run(
            {binary("gotong-worker"), "join", invite, "--data", pool.worker_data(folder).string(),
             "--models", demo_model().parent_path().string(), "--no-run"},
            pool.environment());
    };
    const Finished again = join_with("worker");
    INFO(again.out << again.err);
    CHECK(again.status == 4);
    CHECK(says(again, "--data"));  // What brings it back: a new key, in a folder of its own.
    CHECK(join_with("another").status == 0);
}

TEST_CASE(
    "a worker that is revoked while it renders stops at once, and its job waits for another") {
    LocalPool pool;
    pool.join_worker("first");
    pool.join_worker("second");
    pool.start_worker("first");
    Process rendering = pool.gotong_in_background(
        {"render", "a red apple", "--steps", "150", "--out", pool.file("apple.png").string()},
        "render.log");
    REQUIRE(eventually([&] { return pool.json({"status"}).at("jobs_running") == 1; }, kSoon));
    REQUIRE(pool.gotong({"worker", "revoke", "first"}).status == 0);
    CHECK(pool.worker->wait(kSoon) == 4);
    pool.start_worker("second");
    CHECK(rendering.wait(kSoon * 2) == 0);
    CHECK(pool.gotong({"verify", pool.file("apple.png").string()}).status == 0);
}

TEST_CASE("weights that differ from the pool's are not offered, and the worker says which file") {
    LocalPool pool;
    const auto models = pool.file("models");
    std::filesystem::create_directories(models);
    std::filesystem::copy(demo_model(), models / "emoji", std::filesystem::copy_options::recursive);
    const auto weights = models / "emoji" / "vae" / "diffusion_pytorch_model.safetensors";
    {
        std::fstream file{weights, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(-1, std::ios::end);
        file.put('\x01');
    }
    const std::string invite = pool.json({"invite"}).at("invite");
    REQUIRE(run({binary("gotong-worker"), "join", invite, "--data", pool.worker_data().string(),
                 "--models", models.string(), "--no-run"},
                pool.environment())
                .status == 0);
    pool.start_worker();
    CHECK(eventually(
        [&] {
            return pool.worker->output().find("vae/diffusion_pytorch_model.safetensors") !=
                   std::string::npos;
        },
        kSoon));
}

TEST_CASE("an identity file that others can read stops the worker with the command that mends it") {
    LocalPool pool;
    pool.join_worker();
    std::filesystem::permissions(pool.worker_data() / "worker.key",
                                 std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    pool.start_worker();
    const auto status = pool.worker->wait(kSoon);
    INFO(pool.worker->output());
    CHECK(status == 2);
    CHECK(pool.worker->output().find("chmod 600") != std::string::npos);
}

}  // namespace
}  // namespace gotong::test
