#include "tests/simulation/operator.h"

#include "tests/simulation/world.h"

namespace gotong::simulation {
namespace {

constexpr std::size_t kMostWorkers = 12;
constexpr Credits kGuestGrant{5 * test::kCredit};

}  // namespace

void Operator::plan_deeds() {
    world_.every(world_.plan.operator_every, [this] { deed(); });
}

// By the administration's socket, which is on the same machine: nothing is lost on the way, but the
// process may die meanwhile.
void Operator::deed() {
    if (!world_.host.is_up()) return;
    switch (world_.chance.below(10)) {
        case 0:
        case 1:
            return take_model_away();
        case 2:
            return revoke_worker();
        case 3:
            return revoke_account();
        case 4:
            return start_twin();
        case 5:
        case 6:
            return requeue_job();
        case 7:
            return set_limits();
        default:
            return enrol_worker();
    }
}

void Operator::take_model_away() {
    world_.coverage.saw("operator: model removed");
    world_.host.hear(core::RemoveModel{.reply = 0, .name = models().back().name});
    world_.agenda.after(world_.chance.between(1s, 30s), [this] { put_models_back(); });
}

void Operator::put_models_back() {
    world_.coverage.saw("operator: model added");
    for (const store::CatalogueModel& model : models())
        world_.host.hear(core::AddModel{.reply = 0, .model = model});
}

// Never one of the two that render everything.
void Operator::revoke_worker() {
    const std::size_t number = 2 + world_.chance.below(world_.workers.size() - 2);
    world_.coverage.saw("operator: worker revoked");
    world_.host.hear(
        core::RevokeWorker{.reply = 0, .worker = world_.workers[number]->id().to_hex()});
}

// Of an account that nobody uses, but for a moment: the creators' own are needed to the end.
void Operator::revoke_account() {
    const std::string name = "guest-" + std::to_string(accounts_ / 2);
    const Digest token = test::digest_of("token of " + name + std::to_string(accounts_));
    world_.coverage.saw(accounts_++ % 2 == 0 ? "operator: account added"
                                             : "operator: account came back");
    world_.host.hear(
        core::AddAccount{.reply = 0, .name = name, .token_hash = token, .grant = kGuestGrant});
    world_.agenda.after(5s, [this, name, token] {
        if (!world_.host.is_up()) return;
        const auto account = world_.host.core().account_of_token(token);
        if (!account) return;
        job::Submission submission;
        submission.account = *account;
        submission.spec.model = models().front().name;
        submission.spec.prompt = "a guest's";
        world_.host.hear(core::Submit{.reply = 0, .submission = submission});
    });
    world_.agenda.after(10s, [this, name] {
        world_.coverage.saw("operator: account revoked");
        world_.host.hear(core::RevokeAccount{.reply = 0, .name = name});
    });
}

void Operator::enrol_worker() {
    if (world_.workers.size() >= kMostWorkers) return;
    world_.coverage.saw("operator: worker enrolled");
    world_.workers.push_back(make_worker(world_, world_.workers.size(), {}));
    world_.workers.back()->join_by_network();
}

void Operator::requeue_job() {
    const auto failed = world_.host.model().failed();
    if (failed.empty()) return;
    world_.host.hear(core::RequeueJob{.reply = 0, .job = world_.chance.pick(failed)});
}

void Operator::set_limits() {
    world_.coverage.saw("operator: limits set");
    core::SetAccount limits{
        .reply = 0, .name = "creator-0", .weight = std::nullopt, .max_open_jobs = std::nullopt};
    limits.weight = static_cast<std::uint32_t>(1 + world_.chance.below(4));
    if (world_.chance.one_in(2))
        limits.max_open_jobs = static_cast<std::uint32_t>(world_.chance.below(6));
    world_.host.hear(limits);
}

// Somebody copied a worker's disk to another machine.
void Operator::start_twin() {
    if (world_.workers.size() >= kMostWorkers) return;
    world_.coverage.saw("worker: twin");
    const std::size_t number = world_.chance.below(world_.plan.workers.size());
    world_.workers.push_back(make_worker(world_, number, {.is_twin = true}));
    world_.workers.back()->join_as_twin_of(*world_.workers[number]);
}

void Operator::set_weights() {
    for (std::size_t i = 0; i < world_.plan.weights.size(); ++i) {
        core::SetAccount weight{.reply = 0,
                                .name = "creator-" + std::to_string(i),
                                .weight = world_.plan.weights[i],
                                .max_open_jobs = std::nullopt};
        world_.host.hear(weight);
    }
}

void Operator::calm_down() { put_models_back(); }

}  // namespace gotong::simulation
