// `gotong jobs`: your own jobs, with what they are at, since when, and why.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/creator_command.h"
#include "coordinator/cli/job_view.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

constexpr std::uint32_t kMostListed = 100;  // What the pool answers at once.

class Jobs final : public CreatorCommand {
  public:
    void add_options(CLI::App& app) override {
        CreatorCommand::add_options(app);
        app.add_flag("--open", open_, "Only those that have not ended");
        app.add_option("--jobs", jobs_, "How many of the newest to show (default: 100)")
            ->check(CLI::Range(std::uint32_t{1}, kMostListed));
    }

    Result<Exit> run() override {
        const auto creator = connect();
        if (!creator) return Failure{creator.error()};
        v1::GetStatusRequest request;
        request.set_jobs(jobs_);
        request.set_open_only(open_);
        const auto status = creator->ask(&CreatorStub::GetStatus, request);
        if (!status) return Failure{status.error()};
        if (json)
            print_jobs_json(*status);
        else
            print_table(*status);
        return Exit::done;
    }

  private:
    static void print_jobs_json(const v1::GetStatusResponse& status) {
        auto jobs = nlohmann::ordered_json::array();
        for (const v1::Job& job : status.jobs()) jobs.push_back(to_json(job));
        print_json({{"open_jobs", status.open_jobs()},
                    {"max_open_jobs", status.max_open_jobs()},
                    {"jobs", std::move(jobs)}});
    }

    static void print_table(const v1::GetStatusResponse& status) {
        if (status.jobs().empty()) return print_line("No jobs: `gotong render` makes one.");
        print_line(table_head());
        for (const v1::Job& job : status.jobs()) print_line(table_row(job));
        if (status.open_jobs() > 0)
            note(
                fmt::format("{} open of {} that you may have; `gotong explain JOB` says why one "
                            "waits",
                            status.open_jobs(), status.max_open_jobs()));
    }

    bool open_ = false;
    std::uint32_t jobs_ = kMostListed;
};

}  // namespace

void add_jobs(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Jobs>(),
                {"jobs", "List your jobs with their state, age and reason",
                 "  gotong jobs\n"
                 "  gotong jobs --open --json"});
}

}  // namespace gotong::cli
