#include "tests/simulation/world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "common/model/manifest.h"
#include "tests/simulation/violation.h"

namespace gotong::simulation {
namespace {

constexpr milliseconds kSettled{600'000};     // For longer than a picture is spared.
constexpr milliseconds kPatience{1'800'000};  // Of calm; six minutes were the longest seen.

std::map<std::string, std::vector<model::FileDigest>> list_files() {
    std::map<std::string, std::vector<model::FileDigest>> files;
    for (const store::CatalogueModel& model : models())
        files[model.digest] = model::files_of(*model::manifest_from_json(model.manifest_json));
    return files;
}

}  // namespace

const std::vector<store::CatalogueModel>& models() {
    static const std::vector<store::CatalogueModel> both{test::model_named("emoji"),
                                                         test::model_named("portrait", "others")};
    return both;
}

const std::vector<model::FileDigest>& files_of(const std::string& digest) {
    static const auto files = list_files();
    return files.at(digest);
}

World::World(const Plan& the_plan, Coverage& the_coverage)
    : plan(the_plan),
      chance(the_plan.seed ^ 0x5eedULL),
      coverage(the_coverage),
      truth{.speakers = {},
            .sound_results = {},
            .blobs = {},
            .was_set_back = false,
            .policy = the_plan.policy},
      host(*this),
      network(*this),
      boss(*this) {}

World::~World() = default;

void World::print(const std::string& line) const {
    const auto passed = std::chrono::floor<milliseconds>(agenda.now().time_since_epoch());
    std::fprintf(stderr, "%10lld ms  %s\n",
                 static_cast<long long>((passed - std::chrono::hours{1'000}).count()),
                 line.c_str());
}

core::Answer World::ask(core::Event event) {
    constexpr core::ReplyId kSetUp = ~core::ReplyId{0};
    std::visit(
        [](auto& it) {
            if constexpr (requires { it.reply; }) it.reply = kSetUp;
        },
        event);
    host.hear(std::move(event));
    host.turn();
    for (const core::Send& send : host.last_turn().sends) {
        const auto* reply = std::get_if<core::Reply>(&send);
        if (reply && reply->reply == kSetUp) return reply->answer.value();
    }
    throw Violation("what sets the pool up is answered");
}

void World::every(milliseconds mean, std::function<void()> fault) {
    if (mean == 0ms || is_calm) return;
    agenda.after(chance.between(mean / 4, mean * 7 / 4), [this, mean, fault = std::move(fault)] {
        if (is_calm) return;
        fault();
        every(mean, fault);
    });
}

void World::set_up() {
    host.start();
    for (const store::CatalogueModel& model : models())
        (void)ask(core::AddModel{.reply = 0, .model = model});
    for (std::size_t i = 0; i < plan.creators; ++i) {
        creators.push_back(std::make_unique<Creator>(*this, i));
        creators.back()->join();
    }
    for (const WorkerPlan& worker : plan.workers) {
        workers.push_back(make_worker(*this, workers.size(), worker));
        workers.back()->join();
        workers.back()->plan_troubles();
        workers.back()->switch_on();
    }
    agenda.after(0ms, [this] { boss.set_weights(); });
    for (const auto& creator : creators) creator->plan_wishes();
    host.plan_faults();
    boss.plan_deeds();
    if (plan.twin_at > 0ms) agenda.after(plan.twin_at, [this] { boss.start_twin(); });
    mutant = plan.mutant;
}

void World::calm_down() {
    is_calm = true;
    host.calm_down();
    for (const auto& worker : workers) worker->calm_down();
    for (const milliseconds later : {2'000ms, 20'000ms})
        agenda.after(later, [this] { boss.calm_down(); });
}

bool World::has_ended() const {
    return host.is_up() &&
           std::ranges::none_of(
               creators, [](const auto& it) { return it->is_waiting() || it->is_watching(); }) &&
           std::ranges::all_of(workers, [](const auto& it) { return it->is_idle(); }) &&
           host.core().pool().jobs_queued + host.core().pool().jobs_running == 0;
}

void World::require_ended() const {
    require(host.is_up(), "the coordinator starts when the faults are over");
    for (const auto& creator : creators)
        require(!creator->is_waiting(), "every creator has its answer in the end");
    const core::PoolView view = host.core().pool();
    require(view.jobs_queued == 0 && view.jobs_running == 0, "every job ends in the end");
    for (const auto& creator : creators)
        require(!creator->is_watching(), "who watches hears of every end");
    for (const auto& worker : workers)
        require(worker->is_idle(), "every worker's outbox empties in the end", worker->name());
}

// Until all that the policy lets go of is due, and was asked for some times.
void World::grow_old() {
    const auto& policy = plan.policy;
    const Monotonic old = agenda.now() + std::max(policy.keep_pictures, policy.keep_jobs) +
                          kSettled + 4 * policy.retention_sweep;
    while (agenda.now() < old && agenda.run_next()) {
    }
    host.check_gone();
}

milliseconds World::run() {
    set_up();
    const Monotonic end_of_faults = agenda.now() + plan.faults_for;
    agenda.at(end_of_faults, [this] { calm_down(); });
    while (!is_calm || !has_ended()) {
        if (!agenda.run_next() || agenda.now() > end_of_faults + kPatience) break;
    }
    require_ended();
    const Monotonic ended = agenda.now();
    host.check_everything();
    if (plan.grows_old) grow_old();
    return std::chrono::floor<milliseconds>(ended - end_of_faults);
}

Report simulate(const Plan& plan, Coverage& coverage, bool is_traced) {
    World world(plan, coverage);
    world.is_traced = is_traced;
    const milliseconds calm = world.run();
    return {.steps = world.host.steps(),
            .jobs = world.host.model().jobs(),
            .workers = plan.workers.size(),
            .calm = calm,
            .most_lost = world.host.model().most_lost()};
}

}  // namespace gotong::simulation
