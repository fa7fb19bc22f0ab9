// A picture to be made: the request, who watches, and how to stop it.
#pragma once

#include <optional>
#include <stop_token>

#include "worker/engine/request/request.h"

namespace gotong::engine {

struct Order {
    Request request;
    Observer* observer = nullptr;  // Outlives the picture's making.
    std::stop_token stop{};
    std::optional<Latent> start{};  // In the place of seeded noise; scaled by the first sigma.
    // What an inpainting model sees beside the latent, in the place of what it makes of the
    // request's original.
    std::optional<Latent> beside{};
};

}  // namespace gotong::engine
