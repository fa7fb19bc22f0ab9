#include "worker/engine/sample/sampler.h"

#include <ATen/ATen.h>

#include <utility>

namespace gotong::engine {

// What an evaluation has at hand beside anchor and past.
struct Sampler::Terms {
    const at::Tensor& output;
    const at::Tensor& noise;
    const at::Tensor& denoised;
};

Sampler::Sampler(Plan plan, at::Tensor start)
    : plan_(std::move(plan)),
      memory_(plan_.memory()),
      steps_(plan_.steps()),
      latent_(std::move(start)) {}

at::Tensor Sampler::input() const {
    return now().input_scale == 1 ? latent_ : latent_ * now().input_scale;
}

at::Tensor Sampler::sum(const Mix& mix, const Terms& terms) const {
    at::Tensor total;
    const auto add = [&total](const at::Tensor& term, double weight) {
        if (weight == 0) return;
        if (total.defined())
            total += term * weight;
        else
            total = term * weight;
    };
    add(terms.denoised, mix.denoised);
    add(latent_, mix.latent);
    add(anchor_, mix.anchor);
    add(terms.output, mix.output);
    for (std::size_t k = 0; k < mix.kept.size(); ++k) add(kept_[k], mix.kept[k]);
    add(terms.noise, mix.noise);
    return total.defined() ? total : at::zeros_like(latent_);
}

void Sampler::keep(at::Tensor value) {
    kept_.push_front(std::move(value));
    if (kept_.size() > memory_) kept_.pop_back();
}

bool Sampler::take(const at::Tensor& output, const at::Tensor& noise) {
    const Evaluation& call = now();
    at::Tensor denoised = latent_ * call.from_latent + output * call.from_output;
    if (plan_.clamp_denoised > 0)
        denoised = denoised.clamp(-plan_.clamp_denoised, plan_.clamp_denoised);

    const Terms terms{output, noise, denoised};
    at::Tensor next = sum(call.next, terms);
    at::Tensor anchor = call.anchor ? sum(*call.anchor, terms) : anchor_;
    if (memory_ > 0) keep(sum(call.keep, terms));
    latent_ = std::move(next);
    anchor_ = std::move(anchor);
    ++call_;
    if (call.ends_step) ++steps_done_;
    return call.ends_step;
}

at::Tensor guided(const at::Tensor& negative, const at::Tensor& positive, double scale) {
    return negative + (positive - negative) * scale;
}

}  // namespace gotong::engine
