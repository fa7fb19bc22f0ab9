// Hundreds of workers' sessions lose a real coordinator at the same moment and come back to it when
// it has been started again: all of them, by themselves, and not all at once. GOTONG_WORKERS says
// how many, for a run on demand with thousands.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "tests/support/pool/running_pool.h"
#include "worker/link/channel.h"
#include "worker/link/convert.h"
#include "worker/link/enrolment.h"
#include "worker/link/session.h"

namespace gotong::link {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFewest = 200;
constexpr auto kPatience = 120s;  // For all of them, on a busy machine.
constexpr auto kSpan = 100ms;     // In which at most so many of them come, of however many:
constexpr std::size_t kMostInOneSpan = 100;

std::size_t workers_asked_for() {
    const char* asked = std::getenv("GOTONG_WORKERS");
    return asked ? std::strtoul(asked, nullptr, 10) : kFewest;
}

// What the sessions of all workers tell.
class Crowd {
  public:
    void note(const worker::Event& event) {
        if (!std::holds_alternative<worker::SessionUp>(event)) return;
        const std::lock_guard lock{mutex_};
        ups_.push_back(std::chrono::steady_clock::now());
    }
    std::size_t ups() const {
        const std::lock_guard lock{mutex_};
        return ups_.size();
    }
    // The most that came within one span, of those after the first `earlier`.
    std::size_t busiest(std::size_t earlier) const {
        const std::lock_guard lock{mutex_};
        std::map<std::int64_t, std::size_t> spans;
        std::size_t most = 0;
        for (std::size_t i = earlier; i < ups_.size(); ++i)
            most = std::max(most, ++spans[ups_[i].time_since_epoch() / kSpan]);
        return most;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::chrono::steady_clock::time_point> ups_;
};

struct Member {
    Member(test::RunningPool& pool, const std::string& name, Crowd& crowd) {
        const auto invite = invite::decode(pool.new_invite()).value();
        Endpoint endpoint{.address = invite.address,
                          .fingerprint = {},
                          .web_trusted = false,
                          .pool_key = invite.pool_key};
        REQUIRE(enrol(open_channel(endpoint).value(), invite, key, name));
        session = std::make_unique<Session>(
            endpoint, key, Machine{.build = "gotong-worker test", .device = "cpu"},
            Hooks{.match = [](const auto&) { return std::vector<worker::UsableModel>{}; },
                  .post = [&crowd](const worker::Event& event) { crowd.note(event); }});
    }

    crypto::SigningKey key = crypto::SigningKey::generate();
    std::unique_ptr<Session> session;
};

TEST_CASE("hundreds of workers come back to a pool that was killed, and not all at once") {
    const std::size_t workers = workers_asked_for();
    test::RunningPool pool;
    Crowd crowd;
    std::vector<std::unique_ptr<Member>> members;
    for (std::size_t i = 0; i < workers; ++i)
        members.push_back(std::make_unique<Member>(pool, "worker-" + std::to_string(i), crowd));
    REQUIRE(test::eventually([&] { return crowd.ups() == workers; }, kPatience));
    for (const auto& member : members)  // The answer says how wide to spread.
        REQUIRE(member->session->send(to_proto(worker::SendSnapshot{})));
    test::pause(500ms);

    pool.kill();
    pool.restart();
    CHECK(test::eventually([&] { return crowd.ups() == 2 * workers; }, kPatience));
    CHECK(crowd.busiest(workers) <= kMostInOneSpan);
    v1::GetPoolStatusResponse status;
    REQUIRE(pool.admin().GetPoolStatus(test::call_as("").get(), {}, &status).ok());
    CHECK(status.workers_online() == workers);
}

}  // namespace
}  // namespace gotong::link
