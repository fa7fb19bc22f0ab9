// `gotong up`: a whole pool on this machine, in the foreground.
#include <fmt/core.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/home_pool.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

namespace fs = std::filesystem;

// .../build/release/bin/gotong -> .../models
fs::path checkout_models() {
    return own_folder().parent_path().parent_path().parent_path() / "models";
}

class Up final : public Command {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("--data", data_, "Where the pool lives (default: ~/.local/share/gotong)");
        app.add_option("--models", models_, "A folder of models (default: the checkout's)");
        app.add_option("--listen", listen_, "HOST:PORT for gRPC; port 0 picks a free one")
            ->capture_default_str();
        app.add_option("--http", http_, "HOST:PORT for pictures; port 0 picks a free one")
            ->capture_default_str();
        app.add_option("COMMAND", command_,
                       "After --: a command to run in the pool, which ends with it");
    }

    Result<Exit> run() override {
        const Interrupt interrupt;
        const fs::path data = fs::absolute(data_.empty() ? default_data_folder() : fs::path{data_});
        const fs::path models = models_.empty() ? checkout_models() : fs::path{models_};
        const bool silent = json || !command_.empty();
        HomePool pool{{.data = data,
                       .models = fs::absolute(models),
                       .listen = listen_,
                       .http = http_,
                       .loudness = silent ? Loudness::silent : Loudness::prefixed},
                      interrupt};
        if (const auto started = pool.start(); !started) return Failure{started.error()};
        const auto place = pool.place();
        if (!place) return Failure{place.error()};
        if (!command_.empty()) return run_inside(*place, interrupt);
        announce(*place, data);
        if (const auto attended = pool.attend(); !attended) return Failure{attended.error()};
        note("Stopping.");
        return Exit::done;
    }

  private:
    void announce(const Place& place, const fs::path& data) const {
        const fs::path token = data / "creator.token";
        if (json) {
            print_json({{"coordinator", place.address},
                        {"token_file", token.string()},
                        {"data", data.string()}});
            return;
        }
        const std::string folder =
            data == default_data_folder() ? "" : fmt::format(" --data {}", data.string());
        note(
            fmt::format("\nThe pool is up at {}, your token is in {}.\n"
                        "In another terminal:\n\n"
                        "    {} render \"a red apple\"{}\n\n"
                        "Ctrl-C ends coordinator, worker and renderer.\n",
                        place.address, token.string(), (own_folder() / "gotong").string(), folder));
    }

    // A terminal's Ctrl-C reaches the command by itself; SIGTERM is for us and is passed on.
    Result<Exit> run_inside(const Place& place, const Interrupt& interrupt) const {
        auto child = Child::start(
            {.command = command_,
             .environment = {{"GOTONG_COORDINATOR", place.address}, {"GOTONG_TOKEN", place.token}},
             .input = ChildInput::inherited,
             .group = ChildGroup::ours,
             .capture = false});
        if (!child) return Failure{child.error()};
        std::optional<int> status;
        for (bool told = false; !(status = child->wait(std::chrono::milliseconds{50}));) {
            if (told || interrupt.signal() != SIGTERM) continue;
            child->signal(SIGTERM);
            told = true;
        }
        return static_cast<Exit>(*status);
    }

    std::string data_;
    std::string models_;
    std::string listen_ = "127.0.0.1:0";
    std::string http_ = "127.0.0.1:0";
    std::vector<std::string> command_;
};

}  // namespace

void add_up(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Up>(),
                {"up", "Run a whole pool on this machine: coordinator, worker, demo model",
                 "  gotong up\n"
                 "  gotong up --models ~/models --listen 127.0.0.1:7436\n"
                 "  gotong up -- gotong render \"a red apple\""});
}

}  // namespace gotong::cli
