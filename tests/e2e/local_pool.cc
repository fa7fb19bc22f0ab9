#include "tests/e2e/local_pool.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <utility>

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

// Two cores are shared by four processes: spinning OpenMP threads would starve each other.
const Environment kGentle{{"OMP_WAIT_POLICY", "passive"}, {"OMP_NUM_THREADS", "2"}};

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

std::vector<std::string> at(const std::vector<std::string>& place,
                            std::vector<std::string> command) {
    command.insert(command.begin(), place.begin(), place.end());
    return command;
}

}  // namespace

std::string binary(const std::string& name) { return std::string{GOTONG_BIN_DIR} + "/" + name; }

std::filesystem::path demo_model() {
    return std::filesystem::path{GOTONG_SOURCE_DIR} / "models" / "emoji";
}

std::filesystem::path docs_picture() {
    return std::filesystem::path{GOTONG_SOURCE_DIR} / "docs" / "images" / "a-red-apple.png";
}

std::string read_bytes(const std::filesystem::path& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

LocalPool::LocalPool(const std::vector<std::string>& flags, Places places)
    : places_(std::move(places)), environment_(kGentle) {
    environment_["GOTONG_HOME"] = (dir_ / "home").string();
    start_coordinator(flags);
    const Finished added = gotong({"models", "add", demo_model().string()});
    INFO(added.out << added.err);
    REQUIRE(added.status == 0);
}

void LocalPool::start_coordinator(const std::vector<std::string>& flags) {
    flags_ = flags;
    std::vector<std::string> where = flags;
    if (std::ranges::find(flags, "--listen") == flags.end())
        where.insert(where.end(), {"--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});
    serve(std::move(where));
}

void LocalPool::restart_coordinator() {
    std::vector<std::string> where{"--listen", grpc_, "--http", http_};
    for (std::size_t i = 0; i + 1 < flags_.size(); i += 2) {
        if (flags_[i] == "--listen" || flags_[i] == "--http") continue;
        where.insert(where.end(), {flags_[i], flags_[i + 1]});
    }
    serve(std::move(where));
}

void LocalPool::serve(std::vector<std::string> flags) {
    std::filesystem::remove(data() / "endpoints.json");
    flags.insert(flags.begin(), {binary("gotong-coordinator"), "--data", data().string()});
    coordinator.emplace(at(places_.pool, std::move(flags)), dir_ / "coordinator.log", environment_);
    const bool serves =
        eventually([&] { return std::filesystem::exists(data() / "endpoints.json"); }, kSoon);
    INFO(coordinator->output());
    REQUIRE(serves);
    grpc_ = endpoints().at("grpc");
    http_ = endpoints().at("http");
}

void LocalPool::join_worker(const std::string& name) {
    const std::string invite = trimmed(gotong({"invite"}).out);
    const Finished joined =
        run(at(places_.worker,
               {binary("gotong-worker"), "join", invite, "--data", worker_data(name).string(),
                "--models", demo_model().parent_path().string(), "--name", name, "--no-run"}),
            environment_);
    INFO(joined.out << joined.err);
    REQUIRE(joined.status == 0);
}

void LocalPool::route_worker(const std::string& address, const std::string& name) {
    const auto membership = worker_data(name) / "worker.json";
    auto json = nlohmann::json::parse(read_bytes(membership));
    json["address"] = address;
    std::ofstream{membership} << json.dump();
}

void LocalPool::start_worker(const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> command{binary("gotong-worker"),
                                     "run",
                                     "--data",
                                     worker_data(name).string(),
                                     "--threads",
                                     "2",
                                     "--nice",
                                     "0"};
    command.insert(command.end(), more.begin(), more.end());
    worker.emplace(at(places_.worker, std::move(command)), dir_ / (name + ".log"), environment_);
}

Finished LocalPool::gotong(std::vector<std::string> words) const {
    words.insert(words.begin(), binary("gotong"));
    words.insert(words.end(), {"--data", data().string()});
    return run(at(places_.pool, std::move(words)), environment_);
}

Process LocalPool::gotong_in_background(std::vector<std::string> words,
                                        const std::string& log) const {
    words.insert(words.begin(), binary("gotong"));
    words.insert(words.end(), {"--data", data().string()});
    return Process{at(places_.pool, std::move(words)), dir_ / log, environment_};
}

nlohmann::json LocalPool::json(std::vector<std::string> words) const {
    words.push_back("--json");
    const Finished finished = gotong(words);
    INFO(finished.out << finished.err);
    REQUIRE(finished.status == 0);
    return nlohmann::json::parse(finished.out);
}

nlohmann::json LocalPool::endpoints() const {
    return nlohmann::json::parse(read_bytes(data() / "endpoints.json"));
}

std::string LocalPool::grpc_address() const { return grpc_; }

std::string LocalPool::http_address() const { return http_; }

std::string LocalPool::token() const { return trimmed(read_bytes(data() / "creator.token")); }

std::optional<pid_t> LocalPool::renderer_pid() const {
    const std::filesystem::path tasks = "/proc/" + std::to_string(worker->pid()) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
        const std::string children = trimmed(read_bytes(task.path() / "children"));
        if (!children.empty()) return static_cast<pid_t>(std::stol(children));
    }
    return std::nullopt;
}

}  // namespace gotong::test
