#include "worker/engine/pipeline.h"

#include "worker/engine/batch.h"
#include "worker/engine/device.h"
#include "worker/engine/stages/finish.h"
#include "worker/engine/stages/tensors.h"

namespace gotong::engine {

Result<Picture> text_to_image(Model& model, const Request& request, Observer& observer,
                              std::stop_token stop, const std::optional<Latent>& start) {
    return paint(model, {request, &observer, std::move(stop), start});
}

Result<Picture> paint(Model& model, Order order) {
    Batch alone{model};
    const auto joined = alone.join(0, std::move(order));
    if (!joined) return Failure{joined.error()};
    for (;;) {
        std::vector<Batch::Ended> ended = alone.step();
        if (!ended.empty()) return std::move(ended.front().picture);
    }
}

Result<Pixels> decode(Model& model, const Latent& latent) {
    return guarded([&]() -> Result<Pixels> {
        const auto decoded = decode_latent(model.parts(), from_values(latent.values, latent.shape),
                                           Tiling::automatic);
        if (!decoded) return Failure{decoded.error()};
        return to_pixels(decoded->image);
    });
}

}  // namespace gotong::engine
