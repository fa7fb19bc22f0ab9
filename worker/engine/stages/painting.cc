#include "worker/engine/stages/painting.h"

#include <ATen/Functions.h>

#include <utility>

#include "worker/engine/stages/finish.h"
#include "worker/engine/stages/start.h"
#include "worker/engine/stages/tensors.h"

namespace gotong::engine {

namespace {

Result<std::optional<EncodedOriginal>> begin_original(Model::Parts& model, const Order& order) {
    if (!order.request.original) return std::nullopt;
    auto encoded = encode_original(model, order.request, *order.observer);
    if (!encoded) return Failure{encoded.error()};
    return std::optional{*std::move(encoded)};
}

}  // namespace

Result<Painting> Painting::begin(Model::Parts& model, Order order) {
    const auto began = std::chrono::steady_clock::now();
    const Request& request = order.request;
    order.observer->on_phase(Phase::encoding);
    auto plan = make_plan(model.scheduler, request.sampler, request.schedule,
                          {request.steps, request.steps - steps_made(request)});
    if (!plan) return Failure{plan.error()};
    auto prompted = condition(model, request, *order.observer);
    if (!prompted) return Failure{prompted.error()};
    auto original = begin_original(model, order);
    if (!original) return Failure{original.error()};
    at::Tensor start = start_latent(model.info, request, *plan, *original, order.start);
    const bool guides = is_guided(model.info, request);
    Painting painting{std::move(order), guides, *std::move(prompted),
                      Sampler{*std::move(plan), std::move(start)}};
    if (const auto& given = painting.order_.beside)
        painting.beside_ = from_values(given->values, given->shape);
    else if (*original)
        painting.beside_ = (*original)->beside;
    painting.original_ = *std::move(original);
    painting.lap_ = began;
    painting.times_.text_ms = painting.lap();
    painting.order_.observer->on_phase(Phase::denoising);
    painting.show_latent();
    return painting;
}

at::Tensor Painting::input() const {
    at::Tensor input = sampler_.input();
    if (beside_.defined()) input = at::cat({input, beside_}, 1);
    return rows() == 1 ? input : at::cat({input, input});
}

Result<> Painting::take(const at::Tensor& output) {
    Observer& observer = *order_.observer;
    const int call = sampler_.calls_done() + 1;
    if (observer.wants_model_output(call)) observer.on_model_output(call, view(output));
    const at::Tensor answer =
        rows() == 1 ? output
                    : guided(output.slice(0, 0, 1), output.slice(0, 1, 2), order_.request.guidance);
    at::Tensor noise;
    if (sampler_.wants_noise())
        noise = seeded_noise(order_.request, sampler_.noise_offset(), answer.sizes());
    if (!sampler_.take(answer, noise)) return {};
    keep_outside_mask();
    if (!is_finite(sampler_.latent())) {
        return fail(ErrorCode::internal, "the latent is no longer finite after step " +
                                             std::to_string(sampler_.steps_done()) + " of " +
                                             std::to_string(sampler_.steps()));
    }
    show_latent();
    return {};
}

void Painting::keep_outside_mask() {
    if (!original_ || !original_->mask.defined() || beside_.defined()) return;
    sampler_.replace_latent(kept_outside(*original_, sampler_.latent(), sampler_.level()));
}

void Painting::show_latent() {
    const StepView seen{sampler_.steps_done(), sampler_.steps(), view(sampler_.latent())};
    trajectory_.add(seen.latent);
    order_.observer->on_latent(seen);
}

Result<Picture> Painting::finish(Model::Parts& model) {
    times_.denoise_ms = lap();
    order_.observer->on_phase(Phase::decoding);
    auto decoded = decode_latent(model, sampler_.latent(), order_.tiling);
    if (!decoded) return Failure{decoded.error()};
    order_.observer->on_image(view(decoded->image));
    Picture picture{to_pixels(decoded->image), trajectory_.root(), trajectory_.leaves(), times_,
                    std::move(decoded->notes)};
    if (order_.request.original) restore_kept(*order_.request.original, picture.pixels);
    picture.times.decode_ms = lap();
    return picture;
}

// Milliseconds since the last lap.
double Painting::lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::milli> passed = now - std::exchange(lap_, now);
    return passed.count();
}

}  // namespace gotong::engine
