// A whole pool on this machine, made of the real binaries: coordinator, worker with its renderer,
// and the command line. Everything lives in one temporary folder and ends with the test.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace gotong::test {

class LocalPool {
  public:
    // What stands before a command, to run it elsewhere: {"ip", "netns", "exec", "attic"}.
    struct Places {
        std::vector<std::string> pool;  // Coordinator and command line.
        std::vector<std::string> worker;
    };

    // The coordinator serves and knows the demo model; no worker yet.
    explicit LocalPool(const std::vector<std::string>& flags = {}, Places places = {});

    void start_coordinator(const std::vector<std::string>& flags = {});
    // On the same ports and with the same flags, as a service manager would.
    void restart_coordinator();
    void join_worker(const std::string& name = "worker");
    // From its next start the worker reaches the pool's gRPC there.
    void route_worker(const std::string& address, const std::string& name = "worker");
    void start_worker(const std::string& name = "worker",
                      const std::vector<std::string>& more = {});

    // `gotong <words> --data DIR`.
    Finished gotong(std::vector<std::string> words) const;
    // The same, still running.
    Process gotong_in_background(std::vector<std::string> words, const std::string& log) const;
    nlohmann::json json(
        std::vector<std::string> words) const;  // With --json; the run must succeed.

    std::filesystem::path data() const { return dir_ / "pool"; }
    std::filesystem::path worker_data(const std::string& name = "worker") const {
        return dir_ / name;
    }
    std::filesystem::path file(const std::string& name) const { return dir_ / name; }
    std::string grpc_address() const;
    std::string http_address() const;
    std::string token() const;
    const Environment& environment() const { return environment_; }

    std::optional<pid_t> renderer_pid() const;  // Of the worker's child, while there is one.

    std::optional<Process> coordinator;
    std::optional<Process> worker;

  private:
    void serve(std::vector<std::string> flags);
    nlohmann::json endpoints() const;

    TempDir dir_;
    const Places places_;
    std::vector<std::string> flags_;  // Of the coordinator's last start.
    std::string grpc_;                // Where it listens.
    std::string http_;
    Environment environment_;
};

std::string binary(const std::string& name);
std::filesystem::path demo_model();    // models/emoji
std::filesystem::path docs_picture();  // 128 x 128 pixels, with a receipt in it.
std::string read_bytes(const std::filesystem::path& path);

}  // namespace gotong::test
