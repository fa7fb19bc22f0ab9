// What one seed plays: how many take part, what they are like, and how bad the world is to them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/time.h"
#include "coordinator/core/core.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/mutant.h"

namespace gotong::simulation {

using std::chrono::milliseconds;

enum class Character : std::uint8_t { honest, slow, flaky, liar };

struct WorkerPlan {
    Character character = Character::honest;
    std::uint32_t slots = 1;
    milliseconds step_time{500};
    bool is_old = false;   // Speaks the oldest protocol.
    bool is_twin = false;  // A second process with another one's key and disk, until the calm.
};

// Each number N means "one in N", or "every N on the mean"; 0 is never.
struct NetworkPlan {
    bool is_wild = false;  // Messages are lost, doubled and overtake one another.
    std::uint64_t loss = 0;
    std::uint64_t duplication = 0;
    milliseconds longest_delay{50};
    milliseconds cut_every{0};  // A link.
    std::uint64_t half_open = 0;
    milliseconds partition_every{0};  // A link.
};

struct PoolPlan {
    bool is_on_sqlite = false;
    milliseconds die_every{0};
    milliseconds disk_full_every{0};
    milliseconds pause_every{0};
    milliseconds wall_jump_every{0};
    milliseconds tick{1'000};
};

struct Plan {
    std::uint64_t seed = 0;
    Mutant mutant = Mutant::none;
    bool is_fair = false;        // All jobs are alike and come at once, to see who is served.
    milliseconds faults_for{0};  // Then calm.
    std::vector<WorkerPlan> workers;
    std::uint32_t creators = 3;
    std::uint32_t submissions = 8;  // Of each creator.
    NetworkPlan network;
    PoolPlan pool;
    milliseconds worker_trouble_every{0};  // Of each: crash, pause, hang, drain.
    milliseconds operator_every{0};
    std::vector<std::uint32_t> weights;  // Of the creators' accounts, when it is_fair.
    bool grows_old = false;              // It is played on until all is gone that goes by policy.
    milliseconds twin_at{0};             // One more, for certain; 0: none.
    core::Policy policy;

    std::int64_t slots() const;
};

Plan plan_for(std::uint64_t seed, Mutant mutant = Mutant::none);

}  // namespace gotong::simulation
