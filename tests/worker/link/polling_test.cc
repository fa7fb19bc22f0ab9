// A session behind a proxy that lets no stream through, against a real coordinator.
#include "worker/link/polling.h"

#include <catch2/catch_test_macros.hpp>
#include <variant>

#include "tests/support/pool/running_pool.h"
#include "tests/support/unary_proxy/unary_proxy.h"
#include "worker/daemon/mailbox.h"
#include "worker/link/channel.h"
#include "worker/link/convert.h"
#include "worker/link/enrolment.h"
#include "worker/link/session.h"

namespace gotong::link {
namespace {

using namespace std::chrono_literals;
using test::UnaryProxy;

constexpr auto kPatience = 60s;

struct Scene {
    test::RunningPool pool;
    UnaryProxy proxy;
    crypto::SigningKey key = crypto::SigningKey::generate();
    daemon::Mailbox mailbox;
    std::unique_ptr<Session> session;

    explicit Scene(UnaryProxy::Streams streams, WayPolicy ways = {})
        : proxy(pool.grpc_address(), streams) {
        const auto invite = invite::decode(pool.new_invite()).value();
        const Endpoint endpoint{.address = proxy.address(),
                                .fingerprint = {},
                                .web_trusted = false,
                                .pool_key = invite.pool_key};
        REQUIRE(enrol(open_channel(endpoint).value(), invite, key, "attic"));
        session = std::make_unique<Session>(
            endpoint, key, Machine{.build = "gotong-worker test", .device = "cpu"},
            Hooks{.match = [](const auto&) { return std::vector<worker::UsableModel>{}; },
                  .post = [this](worker::Event event) { mailbox.push(std::move(event)); }},
            ways);
    }
    template <class E>
    bool comes() {
        const auto until = std::chrono::steady_clock::now() + kPatience;
        while (auto event = mailbox.pop_until(until))
            if (std::holds_alternative<E>(*event)) return true;
        return false;
    }
    bool polls() {
        v1::ListWorkersResponse seen;
        REQUIRE(pool.admin().ListWorkers(test::call_as("").get(), {}, &seen).ok());
        return seen.workers(0).online() && seen.workers(0).polls();
    }
};

TEST_CASE("where streams are refused the session goes on with calls, both ways") {
    Scene scene{UnaryProxy::Streams::refused};
    REQUIRE(scene.comes<worker::SessionUp>());
    CHECK(scene.polls());
    CHECK(scene.proxy.streams() >= 2);
    REQUIRE(scene.session->send(to_proto(worker::SendSnapshot{})));
    CHECK(scene.comes<worker::DesiredArrived>());
}

TEST_CASE("a stream that is kept from us is given up for calls") {
    Scene scene{UnaryProxy::Streams::kept};
    REQUIRE(scene.comes<worker::SessionUp>());
    CHECK(scene.polls());
}

TEST_CASE("answers that are lost are asked for again, and the session stays up") {
    Scene scene{UnaryProxy::Streams::refused};
    REQUIRE(scene.comes<worker::SessionUp>());
    scene.proxy.lose_one_answer_of(2);
    for (int i = 0; i < 5; ++i) {
        REQUIRE(scene.session->send(to_proto(worker::SendSnapshot{})));
        CHECK(scene.comes<worker::DesiredArrived>());
    }
    CHECK(scene.polls());
}

TEST_CASE("from time to time a stream is tried, and calls go on when it does not come through") {
    Scene scene{UnaryProxy::Streams::refused, {.calls_for = 100ms}};
    REQUIRE(scene.comes<worker::SessionUp>());
    const int streams = scene.proxy.streams();
    REQUIRE(scene.session->send(to_proto(worker::SendSnapshot{})));
    test::pause(200ms);
    // Its answer is when the session looks at the clock, if it has not done so yet.
    scene.session->send(to_proto(worker::SendSnapshot{}));
    REQUIRE(scene.comes<worker::SessionDown>());
    REQUIRE(scene.comes<worker::SessionUp>());
    CHECK(scene.proxy.streams() > streams);
    CHECK(scene.polls());
}

TEST_CASE("a pool that was restarted is found again by calls") {
    Scene scene{UnaryProxy::Streams::refused};
    REQUIRE(scene.comes<worker::SessionUp>());
    scene.pool.kill();
    scene.pool.restart();
    REQUIRE(scene.comes<worker::SessionDown>());
    REQUIRE(scene.comes<worker::SessionUp>());
    CHECK(scene.polls());
}

}  // namespace
}  // namespace gotong::link
