// `gotong status`: the account, its newest jobs, and how busy the pool is.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/text/printable.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/creator_command.h"
#include "coordinator/cli/job_view.h"
#include "coordinator/cli/pool_key.h"
#include "coordinator/cli/report.h"
#include "coordinator/cli/watch_status.h"

namespace gotong::cli {
namespace {

constexpr std::uint32_t kMaxJobs = 100;  // What the pool answers at once.
constexpr double kLeastInterval = 0.1;   // Seconds: faster than that nobody reads.
constexpr double kMostInterval = 3'600;

class Status final : public CreatorCommand {
  public:
    void add_options(CLI::App& app) override {
        CreatorCommand::add_options(app);
        app.add_option("--jobs", jobs_, "How many of the newest jobs to show (default: 10)")
            ->check(CLI::Range(std::uint32_t{1}, kMaxJobs));
        app.add_flag("--watch", watch_, "Show how busy the pool is, again and again");
        app.add_option("--interval", interval_, "Seconds between looks with --watch (default: 2)")
            ->check(CLI::Range(kLeastInterval, kMostInterval));
    }

    Result<Exit> run() override {
        if (watch_) {
            const std::chrono::duration<double> interval{interval_};
            return watch_status([this] { return connect(); },
                                std::chrono::duration_cast<std::chrono::milliseconds>(interval),
                                json);
        }
        const auto creator = connect();
        if (!creator) return Failure{creator.error()};
        v1::GetStatusRequest request;
        request.set_jobs(jobs_);
        const auto status = creator->ask(&CreatorStub::GetStatus, request);
        if (!status) return Failure{status.error()};
        if (json)
            print_object(*status, creator->pool());
        else
            print_text(*status, creator->pool());
        return Exit::done;
    }

  private:
    static void print_object(const v1::GetStatusResponse& status, const SeenPool& pool) {
        auto jobs = nlohmann::ordered_json::array();
        for (const v1::Job& job : status.jobs()) jobs.push_back(to_json(job));
        print_json({{"pool",
                     {{"name", pool.name},
                      {"key", pool_key_text(pool.key)},
                      {"address", pool.address},
                      {"version", status.pool().version()}}},
                    {"account", status.account()},
                    {"available_micro_credits", status.available_micro_credits()},
                    {"held_micro_credits", status.held_micro_credits()},
                    {"workers_online", status.workers_online()},
                    {"jobs_queued", status.jobs_queued()},
                    {"jobs_running", status.jobs_running()},
                    {"open_jobs", status.open_jobs()},
                    {"max_open_jobs", status.max_open_jobs()},
                    {"jobs", std::move(jobs)}});
    }

    static void print_text(const v1::GetStatusResponse& status, const SeenPool& pool) {
        print_line(fmt::format("pool     {} at {}", text::printable(pool.name), pool.address));
        print_line(fmt::format("         key {}", pool_key_text(pool.key)));
        print_line(fmt::format("         workers online {}, jobs running {}, waiting {}",
                               status.workers_online(), status.jobs_running(),
                               status.jobs_queued()));
        print_line(fmt::format("account  {}: {} credits, and {} held for jobs under way",
                               text::printable(status.account()),
                               credits_text(status.available_micro_credits()),
                               credits_text(status.held_micro_credits())));
        for (const v1::Job& job : status.jobs()) print_line("  " + summary(job));
    }

    std::uint32_t jobs_ = 0;
    bool watch_ = false;
    double interval_ = 2;
};

}  // namespace

void add_status(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Status>(),
                {"status", "Show your credits, your newest jobs and how busy the pool is",
                 "  gotong status\n"
                 "  gotong status --jobs 100 --json\n"
                 "  gotong status --watch"});
}

}  // namespace gotong::cli
