// Addresses: what is taken apart, and what is refused.
#include "common/http/url.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::http {
namespace {

TEST_CASE("an address is taken apart") {
    const auto url = parse_url("https://pool.example:7437/blobs/ab?exp=1&sig=x");
    REQUIRE(url);
    CHECK(url->tls);
    CHECK(url->host == "pool.example");
    CHECK(url->port == 7437);
    CHECK(url->target == "/blobs/ab?exp=1&sig=x");
    CHECK(url->authority() == "pool.example:7437");
}

TEST_CASE("what an address leaves out is its scheme's own") {
    CHECK(parse_url("http://a.example")->port == 80);
    CHECK(parse_url("https://a.example")->port == 443);
    CHECK(parse_url("http://a.example")->target == "/");
    CHECK(parse_url("http://a.example?x=1")->target == "/?x=1");
}

TEST_CASE("IPv6 addresses stand in brackets") {
    const auto url = parse_url("http://[::1]:8080/x");
    REQUIRE(url);
    CHECK(url->host == "::1");
    CHECK(url->authority() == "[::1]:8080");
    CHECK(parse_host_port("[::1]:8080")->host == "::1");
}

TEST_CASE("what is no plain http address is refused, without repeating it") {
    for (const char* text :
         {"", "ftp://a.example/", "a.example/x", "http://", "http:///x", "http://:80/",
          "http://a:0/", "http://a:65536/", "http://a:8x/", "http://user@a.example/",
          "http://a.example/ x", "http://a.example/x#y", "http://a.example/\xff", "http://[::1/",
          "http://[::1]8080/", "http://a.example/\r\nHost: b"}) {
        const auto url = parse_url(text);
        INFO(text);
        REQUIRE_FALSE(url);
        CHECK(url.error().code == ErrorCode::invalid_argument);
        CHECK(url.error().message.find("a.example") == std::string::npos);
    }
    CHECK_FALSE(parse_url("http://a.example/" + std::string(kMaxUrl, 'x')));
}

TEST_CASE("a coordinator's address needs host and port") {
    CHECK(parse_host_port("pool.example:7436")->port == 7436);
    for (const char* text : {"pool.example", ":7436", "pool.example:", "pool.example:seven", ""})
        CHECK_FALSE(parse_host_port(text));
}

TEST_CASE("loopback is told from everything else") {
    for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
        CHECK(is_loopback(host));
    for (const char* host : {"pool.example", "10.0.0.1", "::", "0.0.0.0"})
        CHECK_FALSE(is_loopback(host));
}

}  // namespace
}  // namespace gotong::http
