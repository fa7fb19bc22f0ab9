// Several jobs in the executor chain at once. The chain is a fake that waits for its stop.
#include "worker/daemon/render_threads.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "tests/support/temp_dir.h"
#include "worker/daemon/mailbox.h"

namespace gotong::daemon {
namespace {

using namespace std::chrono_literals;

class UntilStopped final : public worker::Executor {
  public:
    Result<worker::Outcome> run(const worker::Job& job, const std::stop_token& stop,
                                const worker::OnProgress& on_progress) override {
        on_progress({.step = job.lease.attempt, .preview = {}});
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock{mutex};
        never.wait(lock, stop, [] { return false; });
        return fail(ErrorCode::cancelled, "cancelled");
    }
};

struct Scene {
    test::TempDir folder;
    link::Outbox outbox = link::Outbox::open(folder / "outbox").value();
    UntilStopped chain;
    Mailbox mailbox;
    RenderThreads renders;

    explicit Scene(std::size_t count)
        : renders{count, chain, outbox,
                  [this](worker::Event event) { mailbox.push(std::move(event)); }} {}

    void start(std::uint32_t attempt) {
        worker::Job job;
        job.lease = lease(attempt);
        renders.start(std::move(job));
    }
    static worker::Lease lease(std::uint32_t attempt) { return {.job = {}, .attempt = attempt}; }

    // The next event, which is of this kind.
    template <class Event>
    Event next() {
        return std::get<Event>(mailbox.pop_until(std::chrono::steady_clock::now() + 20s).value());
    }
};

TEST_CASE("as many jobs run at once as there are threads, and each is stopped by itself") {
    Scene scene{2};
    scene.start(1);
    CHECK(scene.next<worker::StepDone>().lease == Scene::lease(1));
    scene.start(2);
    CHECK(scene.next<worker::StepDone>().lease == Scene::lease(2));  // While 1 runs.
    scene.renders.stop(Scene::lease(2));
    const auto ended = scene.next<worker::RenderEnded>();
    CHECK(ended.lease == Scene::lease(2));
    CHECK(ended.result.error().code == ErrorCode::cancelled);
    scene.renders.stop(Scene::lease(1));
    CHECK(scene.next<worker::RenderEnded>().lease == Scene::lease(1));
}

TEST_CASE("a job beyond the number of threads runs when one of them is done") {
    Scene scene{1};
    scene.start(1);
    CHECK(scene.next<worker::StepDone>().lease == Scene::lease(1));
    scene.start(2);
    scene.renders.stop(Scene::lease(1));
    CHECK(scene.next<worker::RenderEnded>().lease == Scene::lease(1));
    CHECK(scene.next<worker::StepDone>().lease == Scene::lease(2));
}

TEST_CASE("the end of the threads stops all of their jobs") {
    Scene scene{2};
    scene.start(1);
    scene.start(2);
    scene.next<worker::StepDone>();
    scene.next<worker::StepDone>();
}  // The destructor joins both threads.

}  // namespace
}  // namespace gotong::daemon
