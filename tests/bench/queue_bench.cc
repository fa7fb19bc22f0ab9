// How fast the queue is alone: the core on SQLite behind its loop, every commit synced to disk,
// without signatures, pictures or wire. Jobs go in through Submit, out to workers as offers, and
// back as results that are checked against what was asked for, accepted and paid.
//
//     queue_bench JOBS CALLERS COUNT [BACKLOG]
//
// CALLERS submissions of COUNT pictures are under way at any time, and later as many jobs as that
// are with workers: at first all JOBS go in, then all are done. With a BACKLOG, that many jobs wait
// beforehand, and are left waiting: JOBS go in and JOBS are done at the same time. Prints the
// seconds, and the processor's, that going in and coming out took, a line each (with a backlog: one
// line for both together).
#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/bytes.h"
#include "common/check.h"
#include "common/crypto/sha256.h"
#include "common/model/manifest.h"
#include "coordinator/job/limits.h"
#include "coordinator/loop/loop.h"
#include "coordinator/loop/wait_for.h"
#include "coordinator/notary/pool_notary.h"
#include "coordinator/store/sqlite/store.h"
#include "tests/support/core/pool.h"
#include "tests/support/core/statement.h"
#include "tests/support/temp_dir.h"

namespace gotong::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kSlots = 64;  // Of a worker: as many as the core takes.

// Says what the pool would say, and signs nothing.
class Unsigned final : public core::Notary {
  public:
    std::string pool_key_id() const override { return key_id_; }
    receipt::Envelope sign_offer(const std::string& payload) override { return of(payload); }
    receipt::Envelope enrol(const crypto::PublicKey& worker, const std::string&,
                            WallTime) override {
        return of(crypto::key_id(worker));
    }
    std::string receipt(const receipt::Envelope&, const store::Worker&, const job::Job&) override {
        return "none";
    }

  private:
    static receipt::Envelope of(const std::string& payload) {
        return {.payload_type = "bench", .payload = payload, .signatures = {}};
    }

    const std::string key_id_ = crypto::key_id(crypto::SigningKey::generate().public_key());
};

// One worker behind each stream. It claims, on threads of its own, that what it was offered is
// done.
class Crew final : public loop::Outlet {
  public:
    void to_worker(core::ToWorker message) override {
        if (auto* offer = std::get_if<core::OfferJob>(&message.message)) {
            boost::asio::post(threads_, [this, stream = message.stream, offer = std::move(*offer)] {
                hand_in(stream, offer);
            });
        } else if (const auto* ack = std::get_if<core::AckResult>(&message.message)) {
            if (ack->verdict != core::Verdict::accepted) {
                std::fprintf(stderr, "refused: %s\n", ack->reason.c_str());
                std::abort();
            }
            if (++accepted_ == goal_) all_done_.set_value();
        }
    }
    void job_changed(core::JobChanged) override {}
    void remove_input(core::RemoveInput) override {}
    bool remove_blob(core::RemoveBlob) override { return true; }
    void tick(Now) override {}

    void serve(loop::Loop& loop) { loop_ = &loop; }
    void add(core::StreamId stream, std::string key_id, std::string enrolment) {
        enrolment_[stream] = crypto::sha256(as_bytes(enrolment));
        key_id_[stream] = std::move(key_id);
    }
    std::future<void> done_after(std::uint64_t jobs) {
        all_done_ = {};
        accepted_ = 0;
        goal_ = jobs;
        return all_done_.get_future();
    }
    void stop() { threads_.join(); }

    std::vector<model::FileDigest> files;

  private:
    void hand_in(core::StreamId stream, const core::OfferJob& offer) {
        core::ResultVerified result;
        result.stream = stream;
        result.lease = offer.lease;
        result.statement = claim_about(offer, {.key_id = key_id_.at(stream),
                                               .enrolment_sha256 = enrolment_.at(stream),
                                               .files = files});
        result.statement_sha256 = digest_of(offer.lease.job.to_hex());
        result.blob_sha256 = result.statement.output.sha256;
        result.blob_size = 1'000;
        loop_->post_always(
            [event = core::Event{std::move(result)}](loop::Turn& turn) { turn.step(event); });
    }

    loop::Loop* loop_ = nullptr;
    boost::asio::thread_pool threads_{2};
    std::map<core::StreamId, std::string> key_id_;
    std::map<core::StreamId, Digest> enrolment_;
    std::uint64_t accepted_ = 0;  // Of the loop's thread, as is what follows.
    std::uint64_t goal_ = 0;
    std::promise<void> all_done_;
};

// What must have worked.
template <class T>
T sure(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        std::abort();
    }
    return *std::move(result);
}

core::Policy policy() {
    core::Policy policy{.pool_name = kPoolName};
    policy.max_open_jobs_per_account = job::kMaxOpenJobs * 2;
    policy.session_ttl = 24h;
    return policy;
}

struct Stage {
    TempDir folder;
    SystemClock clock;
    notary::SystemRng rng;
    Unsigned notary;
    core::Core core{policy(), rng, notary};
    std::unique_ptr<store::Store> store = sqlite::open(folder.path()).value();
    Crew crew;
    loop::Loop loop{core, *store, clock, crew};
    store::CatalogueModel model = model_named("model");
    AccountId account;
    core::StreamId streams = 0;
};

template <class Request>
void must(Stage& stage, const Request& request) {
    sure(loop::wait_for<core::Answer>(
        stage.loop, [request](loop::Turn& turn, auto answer) { turn.ask(request, answer); }));
}

void set_up(Stage& stage) {
    stage.crew.serve(stage.loop);
    stage.crew.files = model::files_of(*model::manifest_from_json(stage.model.manifest_json));
    check(stage.loop.start().has_value(), "the loop starts");
    must(stage, core::AddModel{.reply = 0, .model = stage.model});
    must(stage, core::AddAccount{.reply = 0,
                                 .name = "anna",
                                 .token_hash = digest_of("anna"),
                                 .grant = {std::int64_t{1} << 60}});
    stage.account = loop::wait_for<AccountId>(stage.loop, [](loop::Turn& turn, auto answer) {
                        answer(*turn.core().account_of_token(digest_of("anna")));
                    }).value();
}

// Enrolled and connected, with `slots` free.
void add_worker(Stage& stage, std::uint32_t slots) {
    const auto key = crypto::SigningKey::generate();
    const core::StreamId stream = ++stage.streams;
    const Digest invite = digest_of("invite " + std::to_string(stream));
    must(stage, core::AddInvite{.reply = 0, .token_hash = invite, .valid_for = 1h});
    must(stage,
         core::Enrol{
             .reply = 0, .invite_hash = invite, .public_key = key.public_key(), .name = "worker"});
    stage.crew.add(stream, crypto::key_id(key.public_key()), crypto::key_id(key.public_key()));
    core::WorkerHello hello;
    hello.stream = stream;
    hello.public_key = key.public_key();
    hello.slots = slots;
    hello.models = {{stage.model.name, stage.model.digest}};
    (void)loop::wait_for<bool>(stage.loop, [&](loop::Turn& turn, auto answer) {
        turn.step(core::Event{hello});
        turn.step(core::Event{core::WorkerSnapshot{.stream = stream,
                                                   .free_slots = slots,
                                                   .held = {},
                                                   .outbox = {},
                                                   .draining = false,
                                                   .models = hello.models}});
        answer(true);
    });
}

void add_workers(Stage& stage, std::uint32_t slots) {
    for (; slots > 0; slots -= std::min(slots, kSlots)) add_worker(stage, std::min(slots, kSlots));
}

// Keeps some submissions under way until enough jobs are in.
class Callers {
  public:
    Callers(Stage& stage, std::int64_t jobs, std::uint32_t count)
        : stage_(stage), left_(jobs), count_(count) {}

    // Returns when all are in.
    void run(std::uint32_t callers) {
        calling_ = callers;
        for (std::uint32_t i = 0; i < callers; ++i) next();
        all_in_.get_future().wait();
    }

  private:
    // From run() at first, then from the loop's thread.
    void next() {
        const std::int64_t left = left_.fetch_sub(count_);
        if (left <= 0) {
            if (--calling_ == 0) all_in_.set_value();
            return;
        }
        stage_.loop.post_always([this](loop::Turn& turn) {
            core::Submit request;
            request.submission.account = stage_.account;
            request.submission.spec.prompt = "a red apple";
            request.submission.count = count_;
            turn.ask(std::move(request), [this](const Result<core::Answer>& answer) {
                sure(answer);
                next();
            });
        });
    }

    Stage& stage_;
    std::atomic<std::int64_t> left_;
    const std::uint32_t count_;
    std::atomic<std::uint32_t> calling_{0};
    std::promise<void> all_in_;
};

// Prints how long it took, and the processor's time of it, which neighbours disturb less.
void time(const std::function<void()>& work) {
    const auto start = Clock::now();
    const std::clock_t cpu = std::clock();
    work();
    const double spent = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    std::printf("%.4f %.4f\n", std::chrono::duration<double>(Clock::now() - start).count(), spent);
    std::fflush(stdout);
}

void measure(std::uint64_t jobs, std::uint32_t callers, std::uint32_t count,
             std::uint64_t backlog) {
    Stage stage;
    set_up(stage);
    const auto put_in = [&] {
        Callers(stage, static_cast<std::int64_t>(jobs), count).run(callers);
    };
    const auto done = stage.crew.done_after(jobs);
    const auto get_out = [&] {
        add_workers(stage, callers * count);
        done.wait();
    };
    if (backlog == 0) {
        time(put_in);
        time(get_out);
    } else {
        Callers(stage, static_cast<std::int64_t>(backlog), job::kMaxCount).run(callers);
        time([&] {
            std::jthread other(put_in);
            get_out();
        });
    }
    stage.loop.stop();
    stage.crew.stop();
}

}  // namespace
}  // namespace gotong::test

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr, "usage: queue_bench JOBS CALLERS COUNT [BACKLOG]\n");
        return 2;
    }
    const auto number = [&](int i) { return argc > i ? std::strtoul(argv[i], nullptr, 10) : 0; };
    gotong::test::measure(number(1), static_cast<std::uint32_t>(number(2)),
                          static_cast<std::uint32_t>(number(3)), number(4));
    return 0;
}
