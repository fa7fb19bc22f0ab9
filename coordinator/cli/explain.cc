// `gotong explain`: why a job waits, and what became of each attempt at it; for the operator also
// why a worker gets nothing.
//
// Corridor: rpc/explain -> [cli/explain]
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/text/printable.h"
#include "coordinator/cli/admin.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/creator_command.h"
#include "coordinator/cli/job_view.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

template <class Texts>
std::vector<std::string> listed(const Texts& texts) {
    return {texts.begin(), texts.end()};
}

nlohmann::ordered_json attempt_json(const v1::Attempt& attempt) {
    nlohmann::ordered_json object{{"attempt", attempt.number()},
                                  {"worker", attempt.worker()},
                                  {"began_ago_ms", attempt.began_ago_ms()}};
    if (attempt.has_lasted_ms()) object["lasted_ms"] = attempt.lasted_ms();
    object["outcome"] = attempt.outcome();
    object["reason"] = attempt.reason();
    object["choice"] = attempt.choice();
    return object;
}

nlohmann::ordered_json explanation_json(const v1::JobExplanation& explanation) {
    nlohmann::ordered_json object = to_json(explanation.job());
    auto attempts = nlohmann::ordered_json::array();
    for (const v1::Attempt& attempt : explanation.attempts())
        attempts.push_back(attempt_json(attempt));
    object["reasons"] = listed(explanation.reasons());
    object["attempts"] = std::move(attempts);
    return object;
}

nlohmann::ordered_json explanation_json(const v1::WorkerExplanation& explanation) {
    return {{"worker_id", explanation.worker_id()},
            {"name", explanation.name()},
            {"reasons", listed(explanation.reasons())}};
}

void print_attempt(const v1::Attempt& attempt) {
    const std::string lasted =
        attempt.has_lasted_ms() ? " for " + time_text(attempt.lasted_ms()) : "";
    print_line(fmt::format(
        "attempt {}: {}, {} ago{}: {}{}", attempt.number(), text::printable(attempt.worker()),
        time_text(attempt.began_ago_ms()), lasted,
        attempt.outcome().empty() ? "goes on" : attempt.outcome(),
        attempt.reason().empty() ? "" : " (" + text::printable(attempt.reason()) + ")"));
    if (!attempt.choice().empty()) print_line("    chosen as " + text::printable(attempt.choice()));
}

template <class Explanation>
void print_reasons(const Explanation& explanation) {
    for (const std::string& reason : explanation.reasons())
        print_line("  " + text::printable(reason));
}

void print_job(const v1::JobExplanation& explanation) {
    const v1::Job& job = explanation.job();
    print_line(fmt::format("job {}: {}, submitted {} ago", job.job_id(), state_word(job.state()),
                           time_text(job.age_ms())));
    print_reasons(explanation);
    if (!job.trace_id().empty()) print_line("trace " + text::printable(job.trace_id()));
    for (const v1::Attempt& attempt : explanation.attempts()) print_attempt(attempt);
}

class Explain final : public CreatorCommand {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("JOB|WORKER", subject_,
                       "A job's id; for the pool's operator any job's, or a worker's id or name")
            ->required();
        CreatorCommand::add_options(app);
    }

    // Whoever may open the pool's own folder asks as its operator.
    Result<Exit> run() override {
        if (const auto folder = own_folder()) {
            const auto admin = open_admin(*folder);
            if (admin) return explain_as_operator(**admin);
            if (admin.error().code != ErrorCode::permission_denied) return Failure{admin.error()};
        }
        return explain_as_creator();
    }

  private:
    Result<Exit> explain_as_operator(AdminStub& admin) const {
        v1::ExplainRequest request;
        request.set_subject(subject_);
        const auto answer = call(admin, &AdminStub::Explain, request);
        if (!answer) return Failure{answer.error()};
        if (answer->has_job()) return show(answer->job());
        if (json) {
            print_json(explanation_json(answer->worker()));
        } else {
            print_line(fmt::format("worker {} ({})", text::printable(answer->worker().name()),
                                   answer->worker().worker_id()));
            print_reasons(answer->worker());
        }
        return Exit::done;
    }

    Result<Exit> explain_as_creator() const {
        const auto creator = connect();
        if (!creator) return Failure{creator.error()};
        v1::ExplainJobRequest request;
        request.set_job_id(subject_);
        const auto answer = creator->ask(&CreatorStub::ExplainJob, request);
        if (!answer) return Failure{answer.error()};
        return show(answer->explanation());
    }

    Result<Exit> show(const v1::JobExplanation& explanation) const {
        if (json)
            print_json(explanation_json(explanation));
        else
            print_job(explanation);
        return Exit::done;
    }

    std::string subject_;
};

}  // namespace

void add_explain(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Explain>(),
                {"explain", "Say why a job waits, or why a worker gets nothing",
                 "  gotong explain 5f0c2a1d9e8b47a3b6c4d2e1f0a9b8c7\n"
                 "  gotong explain attic --data /var/lib/gotong      (as the pool's operator)"});
}

}  // namespace gotong::cli
