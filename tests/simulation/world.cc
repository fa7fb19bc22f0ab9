#include "tests/simulation/world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "common/model/manifest.h"
#include "tests/simulation/violation.h"

namespace gotong::simulation {
namespace {

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
      truth{.speakers = {}, .sound_results = {}, .policy = the_plan.policy},
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
    for (const auto& creator : creators) creator->plan_wishes();
    host.plan_faults();
    boss.plan_deeds();
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
           std::ranges::none_of(creators, [](const auto& it) { return it->is_waiting(); }) &&
           std::ranges::all_of(workers, [](const auto& it) { return it->is_idle(); }) &&
           host.core().pool().jobs_queued + host.core().pool().jobs_running == 0;
}

void World::require_ended() const {
    require(host.is_up(), "the coordinator starts when the faults are over");
    for (const auto& creator : creators)
        require(!creator->is_waiting(), "every creator has its answer in the end");
    const core::PoolView view = host.core().pool();
    require(view.jobs_queued == 0 && view.jobs_running == 0, "every job ends in the end");
    for (const auto& worker : workers)
        require(worker->is_idle(), "every worker's outbox empties in the end", worker->name());
}

milliseconds World::run() {
    set_up();
    const Monotonic end_of_faults = agenda.now() + plan.faults_for;
    agenda.at(end_of_faults, [this] { calm_down(); });
    while (!is_calm || !has_ended()) {
        if (!agenda.run_next() || agenda.now() > end_of_faults + kPatience) break;
    }
    require_ended();
    host.check_everything();
    return std::chrono::floor<milliseconds>(agenda.now() - end_of_faults);
}

Report simulate(const Plan& plan, Coverage& coverage, bool is_traced) {
    World world(plan, coverage);
    world.is_traced = is_traced;
    const milliseconds calm = world.run();
    return {.steps = world.host.steps(),
            .jobs = world.host.model().jobs(),
            .workers = plan.workers.size(),
            .calm = calm};
}

}  // namespace gotong::simulation
