// The probe that the coordinator sends itself: what it takes for an answer, and the real fault that
// it is there for. gRPC 1.51 never accepts again once its process has run out of descriptors
// (CVE-2023-4785); where a later gRPC recovers, the probe finds nothing, and that is right too.
#include "coordinator/rpc/probe.h"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <future>

#include "common/file/unique_fd.h"
#include "tests/support/pool/running_pool.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

constexpr rlim_t kFewDescriptors = 128;
constexpr int kTooMany = 400;

file::UniqueFd open_socket() { return file::UniqueFd(::socket(AF_INET, SOCK_STREAM, 0)); }

sockaddr_in at_port(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

std::uint16_t port_in(const std::string& address) {
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

// The kernel takes connections for it, and nobody ever says a word on them.
class MutePort {
  public:
    MutePort() : socket_(open_socket()) {
        sockaddr_in address = at_port(0);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(socket_.get(), any, size) == 0);
        REQUIRE(::listen(socket_.get(), 128) == 0);
        REQUIRE(::getsockname(socket_.get(), any, &size) == 0);
        port_ = ntohs(address.sin_port);
    }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    file::UniqueFd socket_;
    std::uint16_t port_ = 0;
};

std::vector<file::UniqueFd> crowd_at(std::uint16_t port) {
    std::vector<file::UniqueFd> crowd;
    for (int n = 0; n < kTooMany; ++n) {
        crowd.push_back(open_socket());
        const sockaddr_in address = at_port(port);
        REQUIRE(::connect(crowd.back().get(), reinterpret_cast<const sockaddr*>(&address),
                          sizeof address) == 0);
    }
    return crowd;
}

TEST_CASE("a pool that serves answers its probe, in the clear and by TLS") {
    for (const bool tls : {false, true}) {
        const RunningPool pool(tls ? std::vector<std::string>{"--listen", "0.0.0.0:0"}
                                   : std::vector<std::string>{});
        const std::uint16_t port = port_in(pool.grpc_address());
        rpc::ProbeCounts counts;
        const rpc::SelfProbe probe(
            {.address = "127.0.0.1:" + std::to_string(port), .tls = tls, .every = 10ms}, counts,
            [] {});
        CHECK(eventually([&] { return counts.answered.value() >= 2; }, kSoon));
        CHECK(counts.failed.value() == 0);
    }
}

TEST_CASE("a port that takes connections and says nothing is wedged after three probes") {
    const MutePort port;
    rpc::ProbeCounts counts;
    std::promise<void> wedged;
    const rpc::SelfProbe probe({.address = port.address(), .every = 10ms, .within = 50ms}, counts,
                               [&] { wedged.set_value(); });
    REQUIRE(wedged.get_future().wait_for(kSoon) == std::future_status::ready);
    CHECK(counts.failed.value() == 3);
    CHECK(counts.answered.value() == 0);
}

TEST_CASE("a coordinator that no longer accepts ends, and a new start serves again") {
    RunningPool pool({"--probe-every", "1"});
    const rlimit few{kFewDescriptors, kFewDescriptors};
    REQUIRE(::prlimit(pool.pid(), RLIMIT_NOFILE, &few, nullptr) == 0);
    {
        const auto crowd = crowd_at(port_in(pool.grpc_address()));
        pause(500ms);
    }
    const auto status = pool.wait();
    INFO(pool.log());
    REQUIRE(status == 3);
    CHECK(pool.log().find("the gRPC port no longer answers") != std::string::npos);
    pool.restart();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kSoon);
    v1::GetPoolResponse response;
    CHECK(pool.creator().GetPool(&context, {}, &response).ok());
}

}  // namespace
}  // namespace gotong::test
