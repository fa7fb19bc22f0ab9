// A pool whose worker reaches it through lines that a test spoils: one for gRPC, one for pictures.
#pragma once

#include "tests/e2e/books.h"
#include "tests/e2e/local_pool.h"
#include "tests/support/network/fault_proxy.h"

namespace gotong::test {

struct Lines {
    FaultProxy grpc;
    FaultProxy web;

    void set(FaultProxy::Way way, const FaultProxy::Fault& fault) {
        grpc.set(way, fault);
        web.set(way, fault);
    }
    void heal() {
        grpc.heal();
        web.heal();
    }
};

// The worker has joined and runs. A session is over after ten silent seconds, so that what a pool
// does about silence is seen soon.
struct FaultyPool : Lines, LocalPool {
    FaultyPool()
        : LocalPool({"--public-url", "http://" + web.address(), "--session-ttl", "10"}),
          books(data()) {
        grpc.forward_to(grpc_address());
        web.forward_to(http_address());
        join_worker();
        route_worker(grpc.address());
        start_worker();
    }

    Process render(const std::string& name, int steps,
                   const std::vector<std::string>& more = {"--size", "64x64"}) const {
        std::vector<std::string> words{"render",  "a red apple",
                                       "--steps", std::to_string(steps),
                                       "--out",   file(name + ".png").string()};
        words.insert(words.end(), more.begin(), more.end());
        return gotong_in_background(words, name + ".log");
    }
    bool verifies(const std::string& name) const {
        return gotong({"verify", file(name + ".png").string()}).status == 0;
    }
    int step_of_newest() const {
        const auto jobs = json({"status"}).at("jobs");
        return jobs.empty() ? 0 : jobs.at(0).at("step").get<int>();
    }
    bool keeps_a_picture(const std::string& worker_name = "worker") const {
        const auto outbox = worker_data(worker_name) / "outbox";
        return std::filesystem::exists(outbox) && !std::filesystem::is_empty(outbox);
    }

    const Books books;
};

}  // namespace gotong::test
