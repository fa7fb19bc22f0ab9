// What a pool costs that has thousands of workers, each on a TLS connection of its own.
//
//     load_bench pool STREAMS SECONDS [RATE]
//     load_bench bare STREAMS SECONDS          against a server that does nothing (bare_server.h)
//
// The workers are enrolled, have said hello and send a snapshot at the default heartbeat, spread
// evenly; nothing of theirs is free. With a RATE, so many jobs a second are submitted meanwhile,
// and done by other workers from submission to acceptance. The server is a process of its own and
// alone is measured; this one takes its share of the machine. Prints a name and a number a line.
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/file/file.h"
#include "common/invite/invite.h"
#include "tests/bench/bare_server.h"
#include "tests/bench/process_cost.h"
#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using Clock = std::chrono::steady_clock;
using Workers = std::vector<std::unique_ptr<ScriptedWorker>>;
using Frame = v1::ConnectResponse::FrameCase;

constexpr std::chrono::seconds kHeartbeat{30};  // The coordinator's default for the idle.
constexpr std::size_t kTalkers = 4;             // Threads that speak for all of the idle.
constexpr std::size_t kCrew = 16;               // Workers that do the jobs.

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// What the idle are connected to.
class Server {
  public:
    virtual ~Server() = default;
    virtual pid_t pid() const = 0;
    // A worker whose snapshots are answered from here on; null when that failed.
    virtual std::unique_ptr<ScriptedWorker> connect() = 0;
};

class Pool final : public Server {
  public:
    Pool() { running.add_test_model(); }
    pid_t pid() const override { return running.pid(); }
    std::unique_ptr<ScriptedWorker> connect() override {
        auto worker =
            std::make_unique<ScriptedWorker>(running.secure_channel(), running.new_invite());
        worker->patience = std::chrono::hours{1};
        if (!worker->enrol().ok() || !worker->connect()) return nullptr;
        return worker;
    }

    RunningPool running{{"--listen", "0.0.0.0:0", "--log-level", "warn", "--grant", "1000000"}};
};

class Bare final : public Server {
  public:
    explicit Bare(const std::string& self)
        : process_({self, "bare-server", folder_.path().string()}, folder_ / "log") {
        eventually([&] { return std::filesystem::exists(folder_ / "port"); }, kCallPatience);
        port_ = file::read_small(folder_ / "port", 16).value();
    }
    pid_t pid() const override { return process_.pid(); }
    std::unique_ptr<ScriptedWorker> connect() override {
        auto worker = std::make_unique<ScriptedWorker>(
            pinned_channel("127.0.0.1:" + port_, folder_ / "certificate.pem"), invite_);
        worker->patience = std::chrono::hours{1};
        worker->open();
        return worker;
    }

  private:
    TempDir folder_;
    Process process_;
    std::string port_;
    const std::string invite_ =
        invite::encode({.address = "127.0.0.1:1",
                        .pool_key = crypto::SigningKey::generate().public_key(),
                        .pool_name = "bare",
                        .token = std::string(invite::kInviteTokenPrefix) + std::string(43, 'a'),
                        .fingerprint = {},
                        .web_trusted = false});
};

// The idle, spoken for by a few threads: worker i belongs to thread i modulo kTalkers.
class Idle {
  public:
    Idle(Server& server, std::size_t count) : workers_(count) {
        each_talker([&](std::size_t i) {
            workers_[i] = server.connect();
            if (!workers_[i] || !heartbeat(i)) std::abort();
            if (i % 1'000 == 0) std::fprintf(stderr, "%zu streams\n", i);
        });
    }

    // Heartbeats of all, spread over `kHeartbeat`, for this long. Snapshots that were answered.
    std::size_t live(std::chrono::seconds duration) {
        std::atomic<std::size_t> answered{0};
        const auto start = Clock::now();
        const auto rounds = static_cast<std::size_t>(duration / kHeartbeat);
        for (std::size_t round = 0; round < rounds; ++round) {
            each_talker([&](std::size_t i) {
                const auto share = kHeartbeat * static_cast<int>(i) / static_cast<int>(count());
                std::this_thread::sleep_until(start + kHeartbeat * round + share);
                if (heartbeat(i)) ++answered;
            });
        }
        std::this_thread::sleep_until(start + duration);
        return answered;
    }

  private:
    std::size_t count() const { return workers_.size(); }

    bool heartbeat(std::size_t i) {
        return workers_[i]->say_snapshot(0) && workers_[i]->hear(Frame::kDesired).has_value();
    }

    template <class Work>
    void each_talker(Work work) {
        std::vector<std::jthread> talkers;
        for (std::size_t talker = 0; talker < kTalkers; ++talker) {
            talkers.emplace_back([&, talker] {
                for (std::size_t i = talker; i < count(); i += kTalkers) work(i);
            });
        }
    }

    Workers workers_;
};

// Jobs that come and are done at a steady rate.
class Traffic {
  public:
    Traffic(Pool& pool, double rate) {
        for (std::size_t i = 0; i < kCrew; ++i) {
            crew_.push_back(pool.connect());
            if (!crew_.back()) std::abort();
            threads_.emplace_back([&worker = *crew_.back(), this] { serve(worker); });
        }
        threads_.emplace_back([this, rate, channel = pool.running.secure_channel(),
                               token = pool.running.operator_token()]() mutable {
            v1::CreatorService::Stub creator(channel);
            submit(creator, token, rate);
        });
    }
    ~Traffic() { stopping_ = true; }

    std::size_t done() const { return done_; }

  private:
    void serve(ScriptedWorker& worker) {
        while (const auto offer = worker.hear_offer()) {
            if (!worker.do_job(*offer)) return;
            ++done_;
        }
    }

    // One call a job, on the beat; behind it, as fast as the answers come.
    void submit(v1::CreatorService::Stub& creator, const std::string& token, double rate) {
        const auto start = Clock::now();
        for (std::size_t sent = 0; !stopping_; ++sent) {
            std::this_thread::sleep_until(
                start + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(static_cast<double>(sent) / rate)));
            v1::SubmitResponse response;
            if (!creator.Submit(call_as(token).get(), a_request(), &response).ok()) return;
        }
    }

    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> done_{0};
    Workers crew_;
    std::vector<std::jthread> threads_;  // Joined before what they use is gone.
};

void observe(Server& server, Idle& idle, std::chrono::seconds duration, const Traffic* traffic) {
    const std::size_t done_before = traffic ? traffic->done() : 0;
    const double cpu_before = cpu_seconds(server.pid());
    const auto start = Clock::now();
    const std::size_t answered = idle.live(duration);
    const double seconds = seconds_since(start);
    const double cpu = cpu_seconds(server.pid()) - cpu_before;
    std::printf("heartbeats_per_second %.1f\n", static_cast<double>(answered) / seconds);
    std::printf("cpu_percent %.2f\n", 100.0 * cpu / seconds);
    if (traffic) {
        const auto done = static_cast<double>(traffic->done() - done_before);
        std::printf("jobs_per_second %.1f\n", done / seconds);
    }
}

void measure(Server& server, std::size_t streams, std::chrono::seconds duration, double rate) {
    const double before = resident_kib(server.pid());
    Idle idle(server, streams);
    pause(std::chrono::seconds{2});
    const double grown = resident_kib(server.pid()) - before;
    std::printf("kib_per_stream %.1f\n", grown / static_cast<double>(streams));
    std::fflush(stdout);
    observe(server, idle, duration, nullptr);
    std::fflush(stdout);
    if (auto* pool = dynamic_cast<Pool*>(&server); pool && rate > 0) {
        Traffic traffic(*pool, rate);
        observe(server, idle, duration, &traffic);
        std::fflush(stdout);
        pool->running.kill();  // Ends the workers' streams.
    }
    std::_Exit(0);  // Taking ten thousand channels down politely takes minutes.
}

void allow_many_files() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace
}  // namespace gotong::test

int main(int argc, char** argv) {
    using namespace gotong::test;
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 2 && words[0] == "bare-server") serve_bare(words[1]);
    if (words.size() < 3) {
        std::fprintf(stderr, "usage: load_bench pool|bare STREAMS SECONDS [RATE]\n");
        return 2;
    }
    allow_many_files();
    const std::size_t streams = std::stoul(words[1]);
    const std::chrono::seconds duration{std::stoul(words[2])};
    if (words[0] == "bare") {
        Bare bare(argv[0]);
        measure(bare, streams, duration, 0);
    } else {
        Pool pool;
        measure(pool, streams, duration, words.size() > 3 ? std::stod(words[3]) : 0.0);
    }
}
