// How fast a pool is around the rendering: jobs per second through submit -> offer -> upload ->
// result -> accept, with workers that render nothing; and what a coordinator costs at rest.
//
// Everything is real: gRPC and HTTP on loopback, Ed25519 on every hello, offer, statement and
// receipt, pictures decoded, blobs and commits synced to disk. Workers run in this process, so they
// take their share of the machine.
//
//     pool_bench                      one table
//     pool_bench path WORKERS JOBS    jobs per second, and what each costs the coordinator
//     pool_bench start JOBS           from a submission to the offer that a waiting worker hears
//
// The last two print a name and a number a line, for queue_table.py.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/check.h"
#include "common/crypto/sign.h"
#include "tests/bench/process_cost.h"
#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kStarts = 5;
constexpr std::uint32_t kJobs = 400;
constexpr std::uint32_t kJobsPerSubmission = 16;
constexpr std::uint32_t kMostOpen = 900;  // An account may have a thousand.

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Path {
    double jobs_per_second = 0.0;
    double cpu_us_per_job = 0.0;  // The coordinator's, all of its threads.
};

// Submits all jobs and lets `workers` do them; from the first submission to the last acceptance.
Path walk_path(int workers, std::uint32_t jobs) {
    RunningPool pool({"--log-level", "warn", "--grant", "1000000"});
    pool.add_test_model();
    std::vector<std::unique_ptr<ScriptedWorker>> crew;
    for (int i = 0; i < workers; ++i) {
        crew.push_back(std::make_unique<ScriptedWorker>(pool.channel(), pool.new_invite()));
        if (!crew.back()->enrol().ok() || !crew.back()->connect()) return {};
    }
    std::atomic<std::uint32_t> done{0};
    const double cpu_before = cpu_seconds(pool.pid());
    const auto start = Clock::now();
    std::vector<std::jthread> threads;
    for (const auto& worker : crew) {
        threads.emplace_back([&worker = *worker, &done, jobs] {
            while (done < jobs) {
                const auto offer = worker.hear_offer();
                if (!offer || !worker.do_job(*offer)) return;
                ++done;
                worker.say_snapshot();
            }
        });
    }
    auto creator = pool.creator();
    v1::SubmitRequest request = a_request();
    request.set_count(kJobsPerSubmission);
    const std::string token = pool.operator_token();
    for (std::uint32_t sent = 0; sent < jobs; sent += kJobsPerSubmission) {
        while (sent > done + kMostOpen) pause(std::chrono::milliseconds{1});
        v1::SubmitResponse response;
        if (!creator.Submit(call_as(token).get(), request, &response).ok()) return {};
    }
    while (done < jobs && milliseconds_since(start) < 60'000) pause(std::chrono::milliseconds{5});
    const double seconds = milliseconds_since(start) / 1000.0;
    const double cpu = cpu_seconds(pool.pid()) - cpu_before;
    pool.kill();  // Ends the workers' streams.
    return {.jobs_per_second = done / seconds, .cpu_us_per_job = 1e6 * cpu / done};
}

// Milliseconds from a call of Submit to the offer, each, while nothing else goes on.
std::vector<double> starts_on_idle_pool(int jobs) {
    RunningPool pool({"--log-level", "warn", "--grant", "1000000"});
    pool.add_test_model();
    ScriptedWorker worker(pool.channel(), pool.new_invite());
    if (!worker.enrol().ok() || !worker.connect()) return {};
    auto creator = pool.creator();
    const std::string token = pool.operator_token();
    std::vector<double> times;
    for (int i = 0; i < jobs; ++i) {
        const auto start = Clock::now();
        std::jthread submitting([&] {
            v1::SubmitResponse response;
            (void)creator.Submit(call_as(token).get(), a_request(), &response);
        });
        const auto offer = worker.hear_offer();
        times.push_back(milliseconds_since(start));
        if (!offer || !worker.do_job(*offer)) return {};
    }
    return times;
}

// Microseconds that `sign` and `verify` take, of something as long as a statement.
std::pair<double, double> signature_us() {
    constexpr int kTimes = 2'000;
    const auto key = crypto::SigningKey::generate();
    const std::string text(2'500, 'x');
    crypto::Signature signature;
    const auto each = [&](auto work) {
        const auto start = Clock::now();
        for (int i = 0; i < kTimes; ++i) work();
        return 1e3 * milliseconds_since(start) / kTimes;
    };
    const double sign = each([&] { signature = key.sign(as_bytes(text)); });
    const double verify =
        each([&] { check(crypto::verify(key.public_key(), as_bytes(text), signature), "signed"); });
    return {sign, verify};
}

// What the disk alone takes: every job waits for a few of these, shared or not.
double sync_ms() {
    const TempDir dir;
    const int fd = ::open((dir / "probe").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    const std::array<char, 4096> page{};
    std::vector<double> times;
    for (int i = 0; i < 50; ++i) {
        const auto start = Clock::now();
        if (::write(fd, page.data(), page.size()) < 0 || ::fsync(fd) != 0) break;
        times.push_back(milliseconds_since(start));
    }
    ::close(fd);
    return times.empty() ? 0.0 : median(times);
}

void measure_start() {
    std::vector<double> starts;
    std::vector<double> sizes;
    for (int i = 0; i < kStarts; ++i) {
        const auto begin = Clock::now();
        RunningPool pool({"--log-level", "warn"});
        starts.push_back(milliseconds_since(begin));
        sizes.push_back(resident_kib(pool.pid()) / 1024.0);
    }
    std::printf("| coordinator, first start to serving | %.0f ms |\n", median(starts));
    std::printf("| coordinator, resident at rest | %.0f MiB |\n", median(sizes));
}

void measure() {
    std::printf("| figure | median |\n|---|---|\n");
    std::printf("| this disk, fsync of 4 KiB | %.1f ms |\n", sync_ms());
    measure_start();
    for (const int workers : {1, 4, 16}) {
        std::vector<double> rates;
        for (int i = 0; i < 3; ++i) rates.push_back(walk_path(workers, kJobs).jobs_per_second);
        std::printf("| jobs/s, %d workers | %.0f |\n", workers, median(rates));
        std::fflush(stdout);
    }
}

void print_path(int workers, std::uint32_t jobs) {
    const Path path = walk_path(workers, jobs);
    const auto [sign, verify] = signature_us();
    std::printf("jobs_per_second %.1f\ncpu_us_per_job %.1f\n", path.jobs_per_second,
                path.cpu_us_per_job);
    std::printf("sign_us %.1f\nverify_us %.1f\n", sign, verify);
}

void print_starts(int jobs) {
    std::vector<double> times = starts_on_idle_pool(jobs);
    std::ranges::sort(times);
    if (times.empty()) return;
    std::printf("p50_ms %.3f\np99_ms %.3f\n", times[times.size() / 2],
                times[times.size() * 99 / 100]);
}

}  // namespace
}  // namespace gotong::test

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 3 && words[0] == "path") {
        gotong::test::print_path(std::stoi(words[1]),
                                 static_cast<std::uint32_t>(std::stoul(words[2])));
    } else if (words.size() == 2 && words[0] == "start") {
        gotong::test::print_starts(std::stoi(words[1]));
    } else {
        gotong::test::measure();
    }
}
