// Which host a peer is given to put and fetch pictures at.
#include "coordinator/rpc/links.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::rpc {
namespace {

LinkPolicy everywhere() {
    return {.public_url = "",
            .scheme = "https",
            .http_host = "",
            .http_port = 7437,
            .fallback_host = "192.0.2.7"};
}

TEST_CASE("the operator's public URL goes before everything") {
    LinkPolicy policy = everywhere();
    policy.public_url = "https://pool.example";
    CHECK(base_url(policy, "10.0.0.5:7436") == "https://pool.example");
}

TEST_CASE("a gateway on one address is reached there, however the peer came") {
    LinkPolicy policy = everywhere();
    policy.http_host = "127.0.0.1";
    CHECK(base_url(policy, "localhost:7436") == "https://127.0.0.1:7437");
}

TEST_CASE("a gateway on every address is reached at the host that the peer used") {
    CHECK(base_url(everywhere(), "10.0.0.5:7436") == "https://10.0.0.5:7437");
    CHECK(base_url(everywhere(), "pool.example:443") == "https://pool.example:7437");
    CHECK(base_url(everywhere(), "[2001:db8::1]:7436") == "https://[2001:db8::1]:7437");
}

TEST_CASE("a certificate's name, a socket or nonsense is no host, and the machine's own is taken") {
    for (const char* authority :
         {"gotong-pool", "gotong-pool:7436", "", "%2Ftmp%2Fadmin.sock", "evil/@host:1", "a b"}) {
        INFO(authority);
        CHECK(base_url(everywhere(), authority) == "https://192.0.2.7:7437");
    }
}

}  // namespace
}  // namespace gotong::rpc
