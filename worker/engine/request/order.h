// A picture to be made: the request, who watches, and how to stop it.
#pragma once

#include <optional>
#include <stop_token>

#include "worker/engine/request/request.h"

namespace gotong::engine {

// Whether a latent may be decoded in tiles, which takes less memory and changes pixels a little.
enum class Tiling {
    automatic,  // Where the whole does not fit.
    never,
    always,  // Where it is larger than one tile: as diffusers' enable_tiling().
};

struct Order {
    Request request;
    Observer* observer = nullptr;  // Outlives the picture's making.
    std::stop_token stop{};
    std::optional<Latent> start{};  // In the place of seeded noise; scaled by the first sigma.
    // What an inpainting model sees beside the latent, in the place of what it makes of the
    // request's original.
    std::optional<Latent> beside{};
    Tiling tiling = Tiling::automatic;
};

}  // namespace gotong::engine
