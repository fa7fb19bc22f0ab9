// `gotong pool requeue`: a job that has failed, for good as it was thought, gets another chance.
#include <nlohmann/json.hpp>

#include "coordinator/cli/admin.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

class Requeue final : public AdminCommand {
  public:
    void add_options(CLI::App& app) override {
        AdminCommand::add_options(app);
        app.add_option("JOB", job_, "Its id (`gotong explain` says why it failed)")->required();
    }

    Result<Exit> run() override {
        v1::RequeueJobRequest request;
        request.set_job_id(job_);
        const auto answer = ask(&AdminStub::RequeueJob, request);
        if (!answer) return Failure{answer.error()};
        if (json)
            print_json({{"job", job_}, {"account", answer->account()}, {"queued", true}});
        else
            print_line("Job " + job_ + " is queued again; its price is held from account " +
                       answer->account() + ".");
        return Exit::done;
    }

  private:
    std::string job_;
};

}  // namespace

void add_requeue(CLI::App& pool, Commands& commands) {
    add_command(pool, commands, std::make_unique<Requeue>(),
                {"requeue", "Queue a job again that has failed",
                 "  gotong pool requeue 5f0c2a1d9e8b47a3b6c4d2e1f0a9b8c7"});
}

}  // namespace gotong::cli
