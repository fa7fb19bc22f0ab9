#include "tests/simulation/plan.h"

#include "tests/support/core/pool.h"

namespace gotong::simulation {
namespace {

constexpr std::uint64_t kFairSeeds = 20;     // One in so many looks at shares alone.
constexpr std::uint64_t kSqliteSeeds = 100;  // One in so many: a real database costs as much.

// A fault is as rare as it can be and still be met: some seeds have none of it.
milliseconds sometimes(Chance& chance, milliseconds mean) {
    return chance.one_in(3) ? milliseconds{0} : mean / 2 + chance.between(0ms, mean);
}

WorkerPlan worker_plan(Chance& chance, std::size_t number) {
    WorkerPlan plan;
    plan.slots = static_cast<std::uint32_t>(1 + chance.below(3));
    plan.step_time = chance.between(200ms, 1'500ms);
    if (number < 2) return plan;  // Two honest ones, so that every job can be rendered.
    plan.character = static_cast<Character>(chance.below(4));
    if (plan.character == Character::slow) plan.step_time *= 15;
    plan.is_old = chance.one_in(4);
    return plan;
}

NetworkPlan network_plan(Chance& chance) {
    NetworkPlan plan;
    plan.is_wild = chance.one_in(2);
    plan.loss = chance.one_in(3) ? 0 : 10 + chance.below(60);
    plan.duplication = chance.one_in(3) ? 0 : 10 + chance.below(60);
    plan.longest_delay = chance.one_in(3) ? 3'000ms : chance.between(5ms, 300ms);
    plan.cut_every = sometimes(chance, 120s);
    plan.half_open = 3;
    plan.partition_every = sometimes(chance, 200s);
    return plan;
}

PoolPlan pool_plan(Chance& chance, std::uint64_t seed) {
    PoolPlan plan;
    plan.is_on_sqlite = seed % kSqliteSeeds == 0;
    plan.die_every = sometimes(chance, 80s);
    plan.disk_full_every = sometimes(chance, 300s);
    plan.pause_every = sometimes(chance, 300s);
    plan.wall_jump_every = sometimes(chance, 200s);
    return plan;
}

void plan_retention(Chance& chance, core::Policy& policy) {
    policy.retention_sweep = 20s;
    if (chance.one_in(3)) policy.keep_pictures = chance.between(30s, 200s);
    if (chance.one_in(3)) policy.keep_jobs = chance.between(30s, 200s);
}

// Nothing but workers that come and go: the coordinator's memory of who was served is not on disk.
void make_fair(Plan& plan) {
    plan.is_fair = true;
    for (WorkerPlan& worker : plan.workers) {
        worker.character = Character::honest;
        worker.is_old = false;
    }
    plan.submissions = 14;
    for (std::size_t i = 0; i < plan.creators; ++i) plan.weights.push_back(i % 2 == 0 ? 1 : 4);
    plan.pool.die_every = 0ms;
    plan.pool.disk_full_every = 0ms;
    plan.operator_every = 0ms;
}

}  // namespace

std::int64_t Plan::slots() const {
    std::int64_t slots = 0;
    for (const WorkerPlan& worker : workers) slots += worker.slots;
    return slots;
}

Plan plan_for(std::uint64_t seed, Mutant mutant) {
    Chance chance(seed);
    Plan plan;
    plan.seed = seed;
    plan.mutant = mutant;
    plan.faults_for = chance.between(200s, 500s);
    const std::size_t workers = 4 + chance.below(4);
    for (std::size_t i = 0; i < workers; ++i) plan.workers.push_back(worker_plan(chance, i));
    plan.creators = static_cast<std::uint32_t>(2 + chance.below(3));
    plan.submissions = static_cast<std::uint32_t>(6 + chance.below(5));
    plan.network = network_plan(chance);
    plan.pool = pool_plan(chance, seed);
    if (mutant == Mutant::disk_ignores_syncs) plan.pool.is_on_sqlite = true;
    plan.worker_trouble_every = sometimes(chance, 150s);
    plan.operator_every = sometimes(chance, 150s);
    plan.policy.pool_name = test::kPoolName;
    if (chance.one_in(4)) plan.policy.job_expiry = chance.between(60s, 600s);
    plan.policy.input_kept = chance.between(60s, 600s);
    plan.policy.input_sweep = 60s;
    if (seed % kFairSeeds == 1) make_fair(plan);
    plan_retention(chance, plan.policy);
    plan.grows_old = seed % 6 == 0 && plan.policy.keep_pictures > 0ms;
    return plan;
}

}  // namespace gotong::simulation
