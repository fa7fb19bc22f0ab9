// One simulation: virtual time, a coordinator, a network, workers, creators and an operator, under
// one seed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/agenda.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/coverage.h"
#include "tests/simulation/creator.h"
#include "tests/simulation/host.h"
#include "tests/simulation/network.h"
#include "tests/simulation/operator.h"
#include "tests/simulation/plain_notary.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/turn.h"
#include "tests/simulation/worker.h"

namespace gotong::simulation {

struct World {
    World(const Plan& plan, Coverage& coverage);
    ~World();

    // Faults, then calm, then until everything has ended. Throws Violation.
    milliseconds run();  // How long the calm was.

    // Runs an event through the core at once and returns its answer: for setting up.
    core::Answer ask(core::Event event);

    // Repeats a fault until the calm, at moments that are `mean` apart on the mean; 0: never.
    void every(milliseconds mean, std::function<void()> fault);

    // For a replayed seed, with the time; `line` makes the text.
    template <class Line>
    void trace(Line line) const {
        if (is_traced) print(line());
    }
    void print(const std::string& line) const;

    const Plan plan;
    Chance chance;
    Agenda agenda{};
    Coverage& coverage;
    Truth truth{};
    bool is_calm = false;
    bool is_traced = false;
    Mutant mutant = Mutant::none;      // The plan's, once the pool is set up.
    std::set<job::InputName> files{};  // Uploads on the pool's disk.
    std::uint64_t daemons = 0;         // That were started.
    PlainNotary notary{};
    Host host;
    Network network;
    std::vector<std::unique_ptr<Worker>> workers{};
    std::vector<std::unique_ptr<Creator>> creators{};
    Operator boss;

  private:
    void set_up();
    void calm_down();
    bool has_ended() const;
    void require_ended() const;
    void grow_old();
};

// The two models that every pool here has, each at first.
const std::vector<store::CatalogueModel>& models();
const std::vector<model::FileDigest>& files_of(const std::string& digest);

struct Report {
    std::uint64_t steps = 0;
    std::uint64_t jobs = 0;
    std::uint64_t workers = 0;
    milliseconds calm{0};       // Until everything had ended.
    std::size_t most_lost = 0;  // Attempts of one job.
};

// Plays the seed to its end. Throws Violation.
Report simulate(const Plan& plan, Coverage& coverage, bool is_traced = false);

}  // namespace gotong::simulation
