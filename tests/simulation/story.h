// Events and sends in a line each, for whoever reads a replayed seed.
#pragma once

#include <string>

#include "coordinator/core/core.h"

namespace gotong::simulation {

std::string told(const core::Event& event);
std::string told(const core::Send& send);

}  // namespace gotong::simulation
