// `gotong cancel`: ends jobs that were submitted before, whatever they are at.
#include <nlohmann/json.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/creator_command.h"
#include "coordinator/cli/job_view.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

constexpr std::uint32_t kCancelledAtOnce = 100;  // What the pool lists at once.

class Cancel final : public CreatorCommand {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("JOB", ids_, "Ids (`gotong jobs` lists them)");
        app.add_flag("--all", all_, "Every job of yours that has not ended");
        CreatorCommand::add_options(app);
    }

    // 0 when all of them are cancelled now; 1 when one had ended another way before.
    Result<Exit> run() override {
        if (ids_.empty() != all_) {
            return fail(ErrorCode::invalid_argument,
                        "JOB: name the jobs (`gotong jobs --open` lists them), or give --all",
                        "JOB");
        }
        const auto creator = connect();
        if (!creator) return Failure{creator.error()};
        for (const std::string& id : ids_) {
            if (const auto done = cancel(*creator, id); !done) return Failure{done.error()};
        }
        if (all_) {
            if (const auto done = cancel_open(*creator); !done) return Failure{done.error()};
        }
        if (json) print_json({{"jobs", std::move(jobs_)}});
        return exit_;
    }

  private:
    Result<> cancel(const Creator& creator, const std::string& id) {
        v1::CancelJobRequest request;
        request.set_job_id(id);
        const auto answer = creator.ask(&CreatorStub::CancelJob, request);
        if (!answer) return Failure{answer.error()};
        if (answer->job().state() != v1::JOB_STATE_CANCELLED) exit_ = Exit::failed;
        if (!json) print_line(summary(answer->job()));
        jobs_.push_back(to_json(answer->job()));
        return {};
    }

    // A screenful after the other: each is gone from the list once it is cancelled.
    Result<> cancel_open(const Creator& creator) {
        v1::GetStatusRequest request;
        request.set_jobs(kCancelledAtOnce);
        request.set_open_only(true);
        while (true) {
            const auto status = creator.ask(&CreatorStub::GetStatus, request);
            if (!status) return Failure{status.error()};
            if (status->jobs().empty()) return {};
            for (const v1::Job& job : status->jobs()) {
                if (auto done = cancel(creator, job.job_id()); !done) return done;
            }
        }
    }

    std::vector<std::string> ids_;
    bool all_ = false;
    nlohmann::ordered_json jobs_ = nlohmann::ordered_json::array();
    Exit exit_ = Exit::done;
};

}  // namespace

void add_cancel(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Cancel>(),
                {"cancel", "End jobs that wait or are being rendered; nothing is paid for them",
                 "  gotong cancel 5f0c2a1d9e8b47a3b6c4d2e1f0a9b8c7\n"
                 "  gotong cancel --all"});
}

}  // namespace gotong::cli
