// A picture from a request: the stages in worker/engine/stages, driven for one picture alone.
//
// Corridor: request/request -> [engine/pipeline] -> image/png
#pragma once

#include <optional>
#include <stop_token>

#include "common/result.h"
#include "worker/engine/model.h"
#include "worker/engine/request/order.h"

namespace gotong::engine {

// Makes one picture, from noise or from the request's original. `start`, where given, is the latent
// that the first step begins with, in the place of either. The same model, request, device kind and
// start give the same picture.
//
// Errors: invalid_argument (field named: size, steps, prompt, latents, original, mask, strength,
// extra), unimplemented (original: the model has no encoder), cancelled (stop was
// requested; noticed between steps and before the decoder), resource_exhausted (memory, with what
// to do about it), internal (NaN or infinity, with the step at which it showed).
Result<Picture> text_to_image(Model& model, const Request& request, Observer& observer,
                              std::stop_token stop, const std::optional<Latent>& start = {});

// The same for an order, whose observer there must be.
Result<Picture> paint(Model& model, Order order);

// Latent [1, channels, h, w] as the sampler leaves it -> picture. For fitting the preview map.
Result<Pixels> decode(Model& model, const Latent& latent);

}  // namespace gotong::engine
