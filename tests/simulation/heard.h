// What the core heard in a turn.
#pragma once

#include <algorithm>
#include <variant>

#include "tests/simulation/reference_model.h"

namespace gotong::simulation {

template <class Event, class IsIt>
bool heard(const Turn& turn, IsIt is_it) {
    return std::ranges::any_of(turn.heard, [&](const Heard& heard) {
        const auto* event = std::get_if<Event>(&heard.event);
        return event && is_it(*event);
    });
}

template <class Event>
bool heard(const Turn& turn) {
    return heard<Event>(turn, [](const Event&) { return true; });
}

}  // namespace gotong::simulation
