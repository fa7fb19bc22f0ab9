// Peers that are slow, loud or many. The limits are set to a fraction of a second here; what is
// checked is that the gateway hangs up, never how long exactly it took.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

#include "tests/coordinator/gateway/door.h"

namespace gotong::gateway {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr std::chrono::milliseconds kShort{50};

TEST_CASE("a head that does not end is cut off") {
    Door door({.header = kShort});
    Client client(door);
    client.send("GET /healthz HTTP/1.1\r\nHost:");
    CHECK(client.is_hung_up());
}

TEST_CASE("a connection that says nothing is cut off") {
    Door door({.idle = kShort});
    Client client(door);
    CHECK(client.is_hung_up());
    // A client that speaks in time, which on a busy machine takes more than one try.
    std::optional<Client> later;
    std::optional<Answer> answer;
    while (!answer) answer = later.emplace(door).request("GET", "/healthz");
    CHECK(answer->status == 200);
    CHECK(later->is_hung_up());
}

TEST_CASE("a body that stalls is cut off, and leaves nothing behind") {
    Door door({.stall = kShort});
    const std::string bytes(1000, 'b');
    Client client(door);
    client.send(put_head(door.put_url(bytes), bytes.size()) + "bbb");
    CHECK(client.is_hung_up());
    while (door.unfinished() > 0) std::this_thread::yield();
}

TEST_CASE("a body that drips in time, but never gets done, is cut off") {
    Door door({.stall = 300ms, .bytes_per_second = 1U << 30U});
    const std::string bytes(100'000, 'b');
    Client client(door);
    client.send(put_head(door.put_url(bytes), bytes.size()));
    // Each byte is well within the stall limit; all of them would take a quarter of an hour.
    std::jthread dripping([&](std::stop_token stop) {
        while (!stop.stop_requested()) {
            client.send("b");
            std::this_thread::sleep_for(10ms);
        }
    });
    CHECK(client.is_hung_up());
}

TEST_CASE("a head that is too large or no HTTP is refused in words") {
    Door door;
    Client large(door);
    large.send("GET /healthz HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n");
    const auto too_large = large.answer();
    CHECK(too_large->status == 431);
    CHECK_THAT(too_large->body, ContainsSubstring("larger than 8 KiB"));
    Client garbage(door);
    garbage.send("\x16\x03\x01 what is this?\r\n\r\n");
    CHECK(garbage.answer()->status == 400);
    CHECK(garbage.is_hung_up());
}

TEST_CASE("connections above the limit are closed, and there is room again when one leaves") {
    Door door({.connections = 2});
    Client first(door);
    Client second(door);
    CHECK(first.request("GET", "/healthz")->status == 200);
    CHECK(second.request("GET", "/healthz")->status == 200);
    Client third(door);
    CHECK(third.is_hung_up());
    first.close();
    bool welcome = false;
    while (!welcome) welcome = Client(door).request("GET", "/healthz").has_value();
    CHECK(second.request("GET", "/healthz")->status == 200);
}

TEST_CASE("requests that come in one piece are answered in order") {
    Door door;
    Client client(door);
    const std::string get = " HTTP/1.1\r\nHost: pool\r\n\r\n";
    client.send("GET /healthz" + get + "GET /nothing" + get + "GET /readyz" + get);
    CHECK(client.answer()->status == 200);
    CHECK(client.answer()->status == 404);
    CHECK(client.answer()->body == "{\"status\":\"ready\"}\n");
}

TEST_CASE("a peer that asks to close is let go") {
    Door door;
    Client client(door);
    client.send("GET /healthz HTTP/1.1\r\nHost: pool\r\nConnection: close\r\n\r\n");
    CHECK(client.answer()->status == 200);
    CHECK(client.is_hung_up());
}

TEST_CASE("a port that is taken is refused in words") {
    const Door door;
    const Services services{door.clock, door.presigner, *door.blobs, {}, {}, *door.inputs, {}, {}};
    const auto second = Gateway::start({"127.0.0.1", door.port(), {}, {}}, services);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::failed_precondition);
    CHECK_THAT(second.error().message,
               ContainsSubstring("127.0.0.1:" + std::to_string(door.port())) &&
                   ContainsSubstring("another program uses it"));
}

}  // namespace
}  // namespace gotong::gateway
