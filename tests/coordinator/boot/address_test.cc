#include "coordinator/boot/address.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::boot {
namespace {

TEST_CASE("addresses are HOST:PORT, with brackets around IPv6, and come back the same") {
    for (const char* text : {"127.0.0.1:7436", "[::1]:0", "pool.example:443"}) {
        CHECK(parse_address(text, "listen").value().text() == text);
    }
    for (const char* text : {"", "7436", "127.0.0.1", "::1", "host:99999", "host:-1"}) {
        INFO(text);
        const auto refused = parse_address(text, "listen");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().field == "listen");
        CHECK(refused.error().message.find("--listen") != std::string::npos);
    }
}

TEST_CASE("loopback is what never leaves the machine; a wildcard is not loopback") {
    for (const char* host : {"127.0.0.1", "127.8.9.1", "::1", "localhost"}) {
        CHECK(Address{host, 1}.is_loopback());
    }
    for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "pool.example", "127.0.0.1.example"}) {
        INFO(host);
        CHECK_FALSE(Address{host, 1}.is_loopback());
    }
    CHECK(Address{"0.0.0.0", 1}.is_wildcard());
    CHECK(Address{"::", 1}.is_wildcard());
}

TEST_CASE("others reach a wildcard at an address of the machine, local programs at loopback") {
    const Address everywhere{"0.0.0.0", 7436};
    CHECK_FALSE(reachable(everywhere).is_wildcard());
    CHECK(reachable(everywhere).port == 7436);
    CHECK(local(everywhere).text() == "127.0.0.1:7436");
    CHECK(local({"::", 7436}).text() == "[::1]:7436");
    CHECK(reachable({"10.0.0.1", 7436}).text() == "10.0.0.1:7436");
}

}  // namespace
}  // namespace gotong::boot
