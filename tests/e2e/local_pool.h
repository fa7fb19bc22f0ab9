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
    LocalPool();  // The coordinator serves and knows the demo model; no worker yet.

    void start_coordinator(const std::vector<std::string>& more = {});
    void restart_coordinator();  // On the same ports, as a service manager would.
    void join_worker(const std::string& name = "worker");
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
    nlohmann::json endpoints() const;

    TempDir dir_;
    Environment environment_;
};

std::string binary(const std::string& name);
std::filesystem::path demo_model();    // models/emoji
std::filesystem::path docs_picture();  // 128 x 128 pixels, with a receipt in it.
std::string read_bytes(const std::filesystem::path& path);

}  // namespace gotong::test
