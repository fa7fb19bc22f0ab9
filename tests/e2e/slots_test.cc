// A worker with several slots, walked by the real binaries: pictures that are painted together, and
// what becomes of them when their renderer dies.
#include <png.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstdlib>

#include "tests/e2e/local_pool.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

constexpr int kCount = 4;

std::vector<std::uint8_t> pixels_of(const std::string& file) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_file(&image, file.c_str()) != 0);
    image.format = PNG_FORMAT_RGB;
    std::vector<std::uint8_t> rgb(PNG_IMAGE_SIZE(image));
    REQUIRE(png_image_finish_read(&image, nullptr, rgb.data(), 0, nullptr) != 0);
    return rgb;
}

int largest_difference(const std::vector<std::uint8_t>& one, const std::vector<std::uint8_t>& two) {
    REQUIRE(one.size() == two.size());
    int largest = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        largest = std::max(largest, std::abs(one[i] - two[i]));
    return largest;
}

// A request for several pictures, of one seed each, on its way.
Process render(const LocalPool& pool, const std::string& name, const std::string& steps) {
    return pool.gotong_in_background(
        {"render", "a red apple", "--steps", steps, "--count", std::to_string(kCount), "--seed",
         "40", "--out", pool.file(name + ".png").string(), "--json"},
        name + ".log");
}

std::vector<std::string> files_of(Process& rendering) {
    REQUIRE(rendering.wait(120s) == 0);
    std::vector<std::string> files;
    const auto answer = nlohmann::json::parse(rendering.output());
    for (const auto& picture : answer.at("pictures")) files.push_back(picture.at("file"));
    REQUIRE(files.size() == std::size_t{kCount});
    return files;
}

bool are_all_running(const LocalPool& pool) {
    return pool.json({"status"}).at("jobs_running") == kCount;
}

TEST_CASE("a worker with four slots paints a request's pictures together, each as if alone") {
    LocalPool pool;
    pool.join_worker("four");
    pool.join_worker("one");
    pool.start_worker("four", {"--slots", "4"});
    Process together = render(pool, "together", "40");
    CHECK(eventually([&] { return are_all_running(pool); }, 20s));
    const auto of_four = files_of(together);
    pool.worker->signal(SIGTERM);
    REQUIRE(pool.worker->wait(30s) == 0);
    pool.start_worker("one", {"--slots", "1"});
    Process alone = render(pool, "alone", "40");
    const auto of_one = files_of(alone);
    for (std::size_t i = 0; i < of_four.size(); ++i) {
        INFO(of_four[i]);
        CHECK(largest_difference(pixels_of(of_four[i]), pixels_of(of_one[i])) <= 1);
        CHECK(pool.gotong({"verify", of_four[i]}).status == 0);
    }
}

TEST_CASE("a renderer that is killed with several jobs in it costs none of them") {
    LocalPool pool;
    pool.join_worker();
    pool.start_worker("worker", {"--slots", "4"});
    Process rendering = render(pool, "killed", "60");
    REQUIRE(eventually([&] { return are_all_running(pool); }, 20s));
    pause(300ms);
    ::kill(pool.renderer_pid().value(), SIGKILL);
    INFO(pool.worker->output());
    for (const std::string& file : files_of(rendering))
        CHECK(pool.gotong({"verify", file}).status == 0);
    for (const auto& job : pool.json({"status"}).at("jobs")) CHECK(job.at("state") == "done");
}

}  // namespace
}  // namespace gotong::test
