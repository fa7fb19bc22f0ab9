// The planted faults in what the coordinator hears and says (mutant.h).
#pragma once

#include <optional>
#include <vector>

#include "tests/simulation/mutant.h"
#include "tests/simulation/turn.h"

namespace gotong::simulation {

// What is said in the place of a step of the core; nullopt: the core takes the event. `store` as it
// is in the turn.
std::optional<std::vector<core::Send>> heard_by_mutant(Mutant mutant, const Heard& heard,
                                                       store::Transaction& store);

// What the core hears in the place of `event`; nullopt: that.
std::optional<core::Event> altered_by_mutant(Mutant mutant, const core::Event& event);

// Changes what the turn is about to say.
void change_said(Mutant mutant, Turn& turn, const Truth& truth);

}  // namespace gotong::simulation
