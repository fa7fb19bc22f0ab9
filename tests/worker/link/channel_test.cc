// Whom a channel trusts: the one certificate that the invite names, and nobody in the clear but
// this machine.
#include "worker/link/channel.h"

#include <grpcpp/client_context.h>

#include <catch2/catch_test_macros.hpp>

#include "tests/worker/link/fake_pool.h"

namespace gotong::link {
namespace {

FakePool::Script enrols() {
    return {.enrol = [](const v1::EnrolRequest&, v1::EnrolResponse& response) {
        response.mutable_pool()->set_name("answered");
        return grpc::Status::OK;
    }};
}

std::string pool_name(const Endpoint& endpoint) {
    const auto channel = open_channel(endpoint);
    if (!channel) return channel.error().message;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{20});
    v1::EnrolResponse response;
    const grpc::Status status =
        v1::WorkerService::NewStub(*channel)->Enrol(&context, {}, &response);
    return status.ok() ? response.pool().name() : status.error_message();
}

TEST_CASE("a pool's own certificate is accepted when its fingerprint is the invite's") {
    const FakePool pool{enrols(), certificate::make_self_signed({"gotong-pool"})};
    CHECK(pool_name(pool.endpoint()) == "answered");
}

TEST_CASE("another certificate at the same address is refused with both fingerprints") {
    const FakePool pool{enrols(), certificate::make_self_signed({"gotong-pool"})};
    Endpoint endpoint = pool.endpoint();
    const Digest actual = *endpoint.fingerprint;
    endpoint.fingerprint = Digest{1, 2, 3};
    const auto refused = open_channel(endpoint);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::permission_denied);
    CHECK(refused.error().message.find(crypto::to_hex(actual)) != std::string::npos);
    CHECK(refused.error().message.find("010203") != std::string::npos);
}

TEST_CASE("a pool that should speak TLS and does not is refused") {
    const FakePool pool{enrols()};
    Endpoint endpoint = pool.endpoint();
    endpoint.fingerprint = Digest{1};
    CHECK(open_channel(endpoint).error().code == ErrorCode::permission_denied);
}

TEST_CASE("plain text is for this machine alone") {
    const FakePool pool{enrols()};
    CHECK(pool_name(pool.endpoint()) == "answered");
    const auto refused = open_channel({.address = "192.0.2.1:7436", .pool_key = {}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::permission_denied);
}

TEST_CASE("an address that is none is said to be so") {
    CHECK(open_channel({.address = "pool", .pool_key = {}}).error().code ==
          ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace gotong::link
