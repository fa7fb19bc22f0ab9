// `gotong watch`: follows a job that was submitted before, and brings its picture home.
#include <nlohmann/json.hpp>

#include "common/file/file.h"
#include "coordinator/cli/attend.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/creator_command.h"
#include "coordinator/cli/harvest.h"
#include "coordinator/cli/job_view.h"
#include "coordinator/cli/picture_file.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

namespace fs = std::filesystem;

class Watch final : public CreatorCommand {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("JOB", job_id_, "Its id (`gotong status` lists them)")->required();
        app.add_option("--out", out_, "File to write (default: named after prompt and seed)");
        app.add_flag("--no-save", no_save_, "Only wait for the end");
        app.add_option("--previews", previews_, "Keep the previews in this folder");
        CreatorCommand::add_options(app);
    }

    // Ctrl-C stops watching; the job goes on.
    Result<Exit> run() override {
        const Interrupt interrupt;
        if (const auto writable = check_writable(out_); !writable) return Failure{writable.error()};
        if (const auto there = check_previews(); !there) return Failure{there.error()};
        const auto creator = connect();
        if (!creator) return Failure{creator.error()};
        v1::GetJobRequest request;
        request.set_job_id(job_id_);
        const auto job = creator->ask(&CreatorStub::GetJob, request);
        if (!job) return Failure{job.error()};
        const auto jobs =
            attend(*creator, {job->job()}, interrupt,
                   {.quiet = json, .on_preview = previews_.empty() ? nullptr : keeper()});
        if (!jobs) return Failure{jobs.error()};
        return finish(*creator, *jobs, interrupt);
    }

  private:
    Result<> check_previews() const {
        std::error_code error;
        if (previews_.empty() || fs::is_directory(previews_, error)) return {};
        return fail(ErrorCode::invalid_argument,
                    "previews: there is no folder " + previews_ + "; make it first", "previews");
    }

    Following::OnPreview keeper() const {
        return [folder = fs::path{previews_}](const v1::Job& job, const std::string& png) {
            const auto name = folder / (job.job_id() + "-" + std::to_string(job.step()) + ".png");
            if (const auto saved = save_over(name, png); !saved) note(saved.error().message);
        };
    }

    Result<Exit> finish(const Creator& creator, const std::vector<v1::Job>& jobs,
                        const Interrupt& interrupt) const {
        const v1::Job& job = jobs.front();
        nlohmann::ordered_json object = to_json(job);
        Exit exit = job.state() == v1::JOB_STATE_DONE ? Exit::done : Exit::failed;
        if (!json) note(summary(job));
        if (!no_save_ && job.state() == v1::JOB_STATE_DONE) {
            const auto harvested = harvest(creator, jobs, out_, interrupt, json);
            if (!harvested) return Failure{harvested.error()};
            exit = harvested->exit();
            if (exit == Exit::done) object["picture"] = harvested->pictures.front();
        }
        if (json) print_json(object);
        return exit;
    }

    std::string job_id_;
    std::string out_;
    std::string previews_;
    bool no_save_ = false;
};

}  // namespace

void add_watch(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Watch>(),
                {"watch", "Follow a job to its end and fetch its picture",
                 "  gotong watch 5f0c2a1d9e8b47a3b6c4d2e1f0a9b8c7\n"
                 "  gotong watch 5f0c2a1d9e8b47a3b6c4d2e1f0a9b8c7 --out apple.png --previews ."});
}

}  // namespace gotong::cli
