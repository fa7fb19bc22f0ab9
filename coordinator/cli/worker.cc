// `gotong worker list|revoke`: the machines that render for this pool.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/crypto/base64.h"
#include "common/text/printable.h"
#include "coordinator/cli/admin.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

using Worker = v1::ListWorkersResponse::Worker;

nlohmann::ordered_json worker_json(const Worker& worker) {
    return {{"worker_id", worker.worker_id()},
            {"name", worker.name()},
            {"key", crypto::base64_encode(as_bytes(worker.public_key()))},
            {"online", worker.online()},
            {"polls", worker.polls()},
            {"stuck_slots", worker.stuck_slots()},
            {"has_rival", worker.has_rival()},
            {"revoked", worker.revoked()},
            {"device", worker.device()},
            {"models", std::vector<std::string>(worker.models().begin(), worker.models().end())},
            {"jobs_accepted", worker.jobs_accepted()},
            {"earned_micro_credits", worker.earned_micro_credits()}};
}

const char* state_of(const Worker& worker) {
    if (worker.revoked()) return "revoked";
    if (worker.online() && worker.stuck_slots() > 0) return "stuck";
    if (worker.has_rival()) return "doubled";
    if (worker.polls()) return "polls";
    return worker.online() ? "online" : "away";
}

class ListWorkers final : public AdminCommand {
  public:
    Result<Exit> run() override {
        const auto answer = ask(&AdminStub::ListWorkers, v1::ListWorkersRequest{});
        if (!answer) return Failure{answer.error()};
        if (json) {
            auto workers = nlohmann::ordered_json::array();
            for (const Worker& worker : answer->workers()) workers.push_back(worker_json(worker));
            print_json({{"workers", std::move(workers)}});
            return Exit::done;
        }
        if (answer->workers().empty()) {
            print_line("No machines yet: `gotong invite` makes an invite for one.");
            return Exit::done;
        }
        print_line(fmt::format("{:<33} {:<16} {:<8} {:>8} {:>10}  {}", "id", "name", "state",
                               "pictures", "earned", "device"));
        for (const Worker& worker : answer->workers()) {
            print_line(fmt::format(
                "{:<33} {:<16} {:<8} {:>8} {:>10}  {}", worker.worker_id(),
                text::printable(worker.name()), state_of(worker), worker.jobs_accepted(),
                credits_text(worker.earned_micro_credits()), text::printable(worker.device())));
        }
        return Exit::done;
    }
};

class RevokeWorker final : public AdminCommand {
  public:
    void add_options(CLI::App& app) override {
        AdminCommand::add_options(app);
        app.add_option("WORKER", worker_, "Its id, or a name that only one worker has")->required();
    }

    Result<Exit> run() override {
        v1::RevokeWorkerRequest request;
        request.set_worker(worker_);
        const auto answer = ask(&AdminStub::RevokeWorker, request);
        if (!answer) return Failure{answer.error()};
        if (json)
            print_json({{"worker_id", answer->worker_id()}, {"revoked", true}});
        else
            print_line("Worker " + answer->worker_id() + " gets no more jobs.");
        return Exit::done;
    }

  private:
    std::string worker_;
};

}  // namespace

void add_worker(CLI::App& parent, Commands& commands) {
    CLI::App& group =
        add_group(parent, commands, "worker", "The machines that render for this pool",
                  std::make_unique<ListWorkers>());
    add_command(group, commands, std::make_unique<ListWorkers>(),
                {"list", "List the machines, online or not", "  gotong worker list"});
    add_command(group, commands, std::make_unique<RevokeWorker>(),
                {"revoke", "Send a machine away for good", "  gotong worker revoke attic"});
}

}  // namespace gotong::cli
