// Events in order, from several threads, and not for ever.
#include "worker/daemon/mailbox.h"

#include <catch2/catch_test_macros.hpp>
#include <thread>

namespace gotong::daemon {
namespace {

using std::chrono::steady_clock;

TEST_CASE("events come out in the order in which they went in") {
    Mailbox mailbox;
    mailbox.push(worker::SessionDown{});
    mailbox.push(worker::StopAsked{});
    const auto first = mailbox.pop_until(Monotonic::max());
    const auto second = mailbox.pop_until(Monotonic::max());
    CHECK(std::holds_alternative<worker::SessionDown>(first.value()));
    CHECK(std::holds_alternative<worker::StopAsked>(second.value()));
}

TEST_CASE("an empty mailbox waits no longer than its deadline") {
    Mailbox mailbox;
    CHECK_FALSE(mailbox.pop_until(steady_clock::now() + 1ms));
    CHECK_FALSE(mailbox.pop_until(steady_clock::now() - 1s));
}

TEST_CASE("a thread that brings more than fits waits for the loop, and nothing is lost") {
    constexpr int kMany = 5'000;
    Mailbox mailbox;
    const std::jthread busy{[&] {
        for (int i = 0; i < kMany; ++i) mailbox.push(worker::Tick{});
    }};
    int got = 0;
    while (got < kMany && mailbox.pop_until(steady_clock::now() + 60s)) ++got;
    CHECK(got == kMany);
}

TEST_CASE("a closed mailbox lets waiting threads go") {
    Mailbox mailbox;
    std::jthread busy{[&] {
        for (int i = 0; i < 5'000; ++i) mailbox.push(worker::Tick{});
    }};
    mailbox.pop_until(Monotonic::max());
    mailbox.close();
    busy.join();  // Would hang if a thread still waited for room.
    SUCCEED();
}

}  // namespace
}  // namespace gotong::daemon
