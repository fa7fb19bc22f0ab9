// A pool, a model and an agent that no test has to explain again. Time passes only when a test says
// so; what the agent wants is read from the actions that it returns.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/sign.h"
#include "worker/job/agent.h"

namespace gotong::worker {

inline const std::string kDigest(64, 'a');

struct World {
    crypto::SigningKey pool = crypto::SigningKey::generate();
    Now now{Monotonic{std::chrono::hours{1}}, WallTime{std::chrono::hours{500'000}}};
    Agent agent;

    explicit World(std::vector<KeptResult> outbox = {}, std::uint32_t slots = 1);

    Actions step(Event event) { return agent.step(std::move(event), now); }
    Actions connect();
    Actions wait(std::chrono::milliseconds time);  // And ticks.

    // A genuine offer of the pool for `lease`.
    OfferArrived offer(const Lease& lease) const;
    OfferArrived offer_signed_by(const crypto::SigningKey& key, const Lease& lease) const;

    // Connected and rendering `lease`, at `step` of 10, one second a step.
    void render(const Lease& lease, std::uint32_t step);
    Actions finish(const Lease& lease);
    Actions fail_render(const Lease& lease, ErrorCode code, std::string message);
};

Lease lease_of(std::uint8_t job, std::uint32_t attempt = 1);

// The only action of its kind, or nullopt; a test that expects one takes it with value().
template <class A>
std::optional<A> only(const Actions& actions) {
    std::optional<A> found;
    for (const Action& action : actions) {
        if (const A* match = std::get_if<A>(&action)) {
            if (found) return std::nullopt;
            found = *match;
        }
    }
    return found;
}

template <class A>
bool has(const Actions& actions) {
    return std::ranges::any_of(actions,
                               [](const Action& a) { return std::holds_alternative<A>(a); });
}

}  // namespace gotong::worker
