#include "tests/e2e/stop.h"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <functional>

namespace gotong::test {
namespace {

using namespace std::chrono_literals;
using Way = FaultProxy::Way;

constexpr int kShort = 6;             // Steps.
constexpr int kLong = 150;            // Long enough to be caught between two of them.
constexpr auto kTakesAnswer = 100ms;  // From a stored picture to its result on the stream.

std::size_t count_of(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

std::size_t renders_begun(const FaultyPool& pool) {
    return count_of(pool.worker->output(), "rendering job=");
}

std::size_t pictures_stored(const FaultyPool& pool) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(pool.data() / "blobs"))
        count += entry.is_regular_file() && entry.path().parent_path().filename() != "tmp";
    return count;
}

void require_soon(const char* what, const std::function<bool()>& condition) {
    INFO("waiting until " << what);
    REQUIRE(eventually(condition, kSoon));
}

}  // namespace

const char* name_of(Stop stop) {
    static constexpr const char* kNames[] = {"submitted", "offered", "loading",  "rendering",
                                             "uploading", "sent",    "accepted", "anywhere"};
    return kNames[static_cast<std::size_t>(stop)];
}

Staged::Staged(FaultyPool& pool, Stop stop, const std::string& name,
               std::chrono::milliseconds moment)
    : pool_(pool), stop_(stop), name_(name) {
    reach(moment);
}

void Staged::let_go() {
    pool_.heal();
    if (frozen_) ::kill(*frozen_, SIGCONT);
}

// What the round before has broken may not have mended yet.
void Staged::await_worker() {
    require_soon("the worker has come back and delivered", [&] {
        return pool_.json({"status"}).at("workers_online") == 1 && !pool_.keeps_a_picture();
    });
}

void Staged::reach(std::chrono::milliseconds moment) {
    await_worker();
    switch (stop_) {
        case Stop::submitted:
            block_slot();
            submit(kShort);
            return require_soon("it is queued", [&] { return pool_.books.queued() == 1; });
        case Stop::offered:
            return block_slot();
        case Stop::loading:
            return reach_loading();
        case Stop::rendering:
            return reach_rendering();
        case Stop::uploading:
            return wait_at_upload();
        case Stop::sent:
            return reach_sent();
        case Stop::accepted:
            return reach_accepted();
        case Stop::anywhere:
            submit(kShort);
            pause(moment);
    }
}

void Staged::submit(int steps) {
    const std::string name = name_ + "-" + std::to_string(pictures_.size());
    pictures_.push_back({name, pool_.render(name, steps, request())});
}

// Every second job begins with a picture, so that its upload and its download are hit too; not
// where pictures are kept in the line.
std::vector<std::string> Staged::request() const {
    const bool keeps_pictures =
        stop_ == Stop::uploading || stop_ == Stop::sent || stop_ == Stop::accepted;
    if (keeps_pictures || pool_.books.jobs() % 2 == 0) return {"--size", "64x64"};
    return {"--from", docs_picture().string(), "--strength", "1"};
}

// The offer waits in the line, and the worker's only slot with it.
void Staged::block_slot() {
    pool_.grpc.hold(Way::down);
    submit(kShort);
    require_soon("it is offered", [&] { return pool_.books.running() == 1; });
}

void Staged::freeze_renderer() {
    frozen_ = pool_.renderer_pid();
    if (frozen_) ::kill(*frozen_, SIGSTOP);
}

// A renderer that was killed before is only started now, which takes long enough.
void Staged::reach_loading() {
    const std::size_t begun = renders_begun(pool_);
    freeze_renderer();
    submit(kShort);
    require_soon("the worker begins", [&] { return renders_begun(pool_) > begun; });
    CHECK(pool_.books.running() == 1);
}

void Staged::reach_rendering() {
    const std::int64_t before = pool_.books.jobs();
    submit(kLong);
    require_soon("it is stored", [&] { return pool_.books.jobs() > before; });
    require_soon("a step is reported", [&] { return pool_.step_of_newest() > 0; });
    freeze_renderer();
    CHECK(pool_.books.running() == 1);
}

void Staged::wait_at_upload() {
    pool_.web.hold(Way::up);
    submit(kShort);
    require_soon("it uploads", [&] { return pool_.web.waiting(Way::up) > 0; });
    CHECK(pool_.keeps_a_picture());
}

void Staged::reach_sent() {
    wait_at_upload();
    const std::size_t stored = pictures_stored(pool_);
    pool_.grpc.hold(Way::up);
    pool_.web.heal();
    require_soon("it is uploaded", [&] { return pictures_stored(pool_) > stored; });
    pause(kTakesAnswer);
    require_soon("the result is sent", [&] { return pool_.grpc.waiting(Way::up) > 0; });
    CHECK(pool_.books.running() == 1);
}

void Staged::reach_accepted() {
    const std::int64_t done = pool_.books.done();
    wait_at_upload();
    pool_.grpc.hold(Way::down);
    pool_.web.heal();
    require_soon("it is accepted", [&] { return pool_.books.done() > done; });
    CHECK(pool_.keeps_a_picture());
}

}  // namespace gotong::test
