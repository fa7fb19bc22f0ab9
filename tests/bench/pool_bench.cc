// How fast a pool is around the rendering: jobs per second through submit -> offer -> upload ->
// result -> accept, with workers that render nothing; and what a coordinator costs at rest.
//
// Everything is real: gRPC and HTTP on loopback, Ed25519 on every hello, offer, statement and
// receipt, pictures decoded, blobs and commits synced to disk. Workers run in this process, so they
// take their share of the machine. Prints one table.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kStarts = 5;
constexpr int kJobs = 400;
constexpr std::uint32_t kJobsPerSubmission = 16;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

double resident_mib(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024.0;
    }
    return 0.0;
}

// Submits all jobs and lets `workers` of them be done; jobs per second from the first submission.
double jobs_per_second(int workers) {
    RunningPool pool({"--log-level", "warn", "--grant", "1000000"});
    pool.add_test_model();
    std::vector<std::unique_ptr<ScriptedWorker>> crew;
    for (int i = 0; i < workers; ++i) {
        crew.push_back(std::make_unique<ScriptedWorker>(pool.channel(), pool.new_invite()));
        if (!crew.back()->enrol().ok() || !crew.back()->connect()) return 0.0;
    }
    std::atomic<int> done{0};
    const auto start = Clock::now();
    std::vector<std::jthread> threads;
    for (const auto& worker : crew) {
        threads.emplace_back([&worker = *worker, &done] {
            while (done < kJobs) {
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
    for (std::uint32_t sent = 0; sent < kJobs; sent += kJobsPerSubmission) {
        v1::SubmitResponse response;
        if (!creator.Submit(call_as(token).get(), request, &response).ok()) return 0.0;
    }
    while (done < kJobs && milliseconds_since(start) < 60'000) pause(std::chrono::milliseconds{5});
    const double seconds = milliseconds_since(start) / 1000.0;
    pool.kill();  // Ends the workers' streams.
    return done / seconds;
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
        sizes.push_back(resident_mib(pool.pid()));
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
        for (int i = 0; i < 3; ++i) rates.push_back(jobs_per_second(workers));
        std::printf("| jobs/s, %d workers | %.0f |\n", workers, median(rates));
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace gotong::test

int main() { gotong::test::measure(); }
