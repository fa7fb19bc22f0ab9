#include "worker/engine/stages/start.h"

#include "worker/engine/sample/noise.h"
#include "worker/engine/stages/tensors.h"

namespace gotong::engine {

namespace {

// diffusers' way of painting all that a mask leaves open: nothing of what was there remains.
bool starts_from_noise(const Original& original) {
    return original.rule == StrengthRule::diffusers && original.strength == 1 &&
           !original.mask.empty();
}

}  // namespace

at::Tensor seeded_noise(const Request& request, std::uint32_t draw, at::IntArrayRef shape) {
    const auto count = static_cast<std::size_t>(c10::multiply_integers(shape));
    return from_values(philox_normals(request.seed, draw, count), shape);
}

at::Tensor start_latent(const ModelInfo& model, const Request& request, const Plan& plan,
                        const std::optional<EncodedOriginal>& original,
                        const std::optional<Latent>& given) {
    if (given) return from_values(given->values, given->shape);
    if (original && !starts_from_noise(*request.original)) return noised(*original, plan.begins());
    return seeded_noise(request, 0,
                        {1, model.latent_channels, request.height / model.latent_factor,
                         request.width / model.latent_factor}) *
           plan.init_noise_sigma;
}

}  // namespace gotong::engine
