#include "worker/engine/pipeline.h"

#include <ATen/Functions.h>

#include <chrono>

#include "worker/engine/device.h"
#include "worker/engine/model_parts.h"
#include "worker/engine/request/check.h"
#include "worker/engine/sample/noise.h"
#include "worker/engine/sample/sampler.h"
#include "worker/engine/trajectory/trajectory.h"

namespace gotong::engine {
namespace {

// One picture under way.
struct Job {
    Model::Parts& model;
    const Request& request;
    Observer& observer;
    std::stop_token stop;
    Trajectory trajectory{};

    bool is_guided() const { return request.guidance > 1; }
};

class Stopwatch {
  public:
    // Milliseconds since the last lap.
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        const std::chrono::duration<double, std::milli> passed = now - start_;
        start_ = now;
        return passed.count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Plain row-major fp32 on the CPU, for those who do not speak torch and for the sampler, whose
// arithmetic is thereby the same on every device.
at::Tensor plain(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kFloat).contiguous(); }

// `tensor` must be plain and outlive the view.
TensorView view(const at::Tensor& tensor) {
    return {{tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())},
            {tensor.sizes().data(), tensor.sizes().size()}};
}

at::Tensor from_values(std::vector<float>& values, at::IntArrayRef shape) {
    return at::from_blob(values.data(), shape, at::TensorOptions(at::kFloat)).clone();
}

bool is_finite(const at::Tensor& tensor) { return at::isfinite(tensor).all().item<bool>(); }

Result<> go_on(const Job& job) {
    if (!job.stop.stop_requested()) return {};
    return fail(ErrorCode::cancelled, "the job was cancelled");
}

Result<std::vector<std::int64_t>> tokens(const Job& job, const std::string& text,
                                         const char* field) {
    auto ids = job.model.tokenizer.encode(text);
    if (!ids) return fail(ids.error().code, ids.error().message, field);
    return ids;
}

// The text as the denoiser wants it: keys and values for its attention, the negative prompt's half
// of the batch first. Each prompt is encoded by itself, so that neither depends on the other.
Result<TextKeys> condition(Job& job) {
    const auto prompt = tokens(job, job.request.prompt, "prompt");
    if (!prompt) return Failure{prompt.error()};
    Conditioning seen;
    seen.prompt_ids = *prompt;
    at::Tensor context = job.model.text_encoder(*prompt);
    const at::Tensor prompt_embeds = plain(context);
    seen.prompt_embeds = view(prompt_embeds);
    if (!job.is_guided()) {
        job.observer.on_conditioning(seen);
        return job.model.unet.text_keys(context);
    }
    const auto negative = tokens(job, job.request.negative_prompt, "negative_prompt");
    if (!negative) return Failure{negative.error()};
    const at::Tensor other = job.model.text_encoder(*negative);
    const at::Tensor negative_embeds = plain(other);
    seen.negative_ids = *negative;
    seen.negative_embeds = view(negative_embeds);
    job.observer.on_conditioning(seen);
    return job.model.unet.text_keys(at::cat({other, context}));
}

at::Tensor seeded_noise(const Job& job, std::uint32_t offset, at::IntArrayRef shape) {
    const auto count = static_cast<std::size_t>(c10::multiply_integers(shape));
    auto values = philox_normals(job.request.seed, offset, count);
    return from_values(values, shape);
}

at::Tensor start_latent(const Job& job, double scale, const std::optional<Latent>& start) {
    if (start) {
        std::vector<float> values = start->values;
        return from_values(values, start->shape);
    }
    const ModelInfo& info = job.model.info;
    return seeded_noise(job, 0,
                        {1, info.latent_channels, job.request.height / info.latent_factor,
                         job.request.width / info.latent_factor}) *
           scale;
}

void show_latent(Job& job, int step, const at::Tensor& latent) {
    const StepView seen{step, job.request.steps, view(latent)};
    job.trajectory.add(seen.latent);
    job.observer.on_latent(seen);
}

// What the denoiser says to the sampler's next call, after guidance; plain.
at::Tensor predict(Job& job, const Sampler& sampler, const TextKeys& text) {
    at::Tensor input = sampler.input();
    if (job.is_guided()) input = at::cat({input, input});
    const Placement& place = job.model.placement;
    const at::Tensor output =
        plain(job.model.unet(input.to(place.device, place.type), sampler.timestep(), text));
    const int call = sampler.calls_done() + 1;
    if (job.observer.wants_model_output(call)) job.observer.on_model_output(call, view(output));
    if (!job.is_guided()) return output;
    return guided(output.slice(0, 0, 1), output.slice(0, 1, 2), job.request.guidance);
}

Result<at::Tensor> denoise(Job& job, Sampler& sampler, const TextKeys& text) {
    show_latent(job, 0, sampler.latent());
    while (!sampler.is_done()) {
        if (const auto on = go_on(job); !on) return Failure{on.error()};
        const at::Tensor output = predict(job, sampler, text);
        at::Tensor noise;
        if (sampler.wants_noise())
            noise = seeded_noise(job, sampler.noise_offset(), output.sizes());
        if (!sampler.take(output, noise)) continue;
        if (!is_finite(sampler.latent())) {
            return fail(ErrorCode::internal, "the latent is no longer finite after step " +
                                                 std::to_string(sampler.steps_done()) + " of " +
                                                 std::to_string(sampler.steps()));
        }
        show_latent(job, sampler.steps_done(), sampler.latent());
    }
    return sampler.latent();
}

// [1, 3, h, w], 0 .. 1, plain.
Result<at::Tensor> decode_latent(Model::Parts& model, const at::Tensor& latent) {
    const at::Tensor decoded = plain(model.decoder(latent.to(model.placement.device)));
    if (!is_finite(decoded)) {
        return fail(ErrorCode::internal, "the decoded picture is not finite");
    }
    return (decoded / 2 + 0.5).clamp(0, 1);
}

Pixels to_pixels(const at::Tensor& image) {
    const at::Tensor bytes =
        (image * 255).round().to(at::kByte).squeeze(0).permute({1, 2, 0}).contiguous();
    const std::uint8_t* first = bytes.const_data_ptr<std::uint8_t>();
    return {static_cast<int>(image.size(3)),
            static_cast<int>(image.size(2)),
            {first, first + bytes.numel()}};
}

Result<Picture> run(Job& job, const std::optional<Latent>& start) {
    Picture picture;
    Stopwatch watch;
    job.observer.on_phase(Phase::encoding);
    auto plan = make_plan(job.model.scheduler, job.request.sampler, job.request.schedule,
                          job.request.steps);
    if (!plan) return Failure{plan.error()};
    const auto text = condition(job);
    if (!text) return Failure{text.error()};
    picture.times.text_ms = watch.lap();

    job.observer.on_phase(Phase::denoising);
    at::Tensor noise = start_latent(job, plan->init_noise_sigma, start);
    Sampler sampler(*std::move(plan), std::move(noise));
    const auto latent = denoise(job, sampler, *text);
    if (!latent) return Failure{latent.error()};
    picture.times.denoise_ms = watch.lap();

    if (const auto on = go_on(job); !on) return Failure{on.error()};
    job.observer.on_phase(Phase::decoding);
    const auto image = decode_latent(job.model, *latent);
    if (!image) return Failure{image.error()};
    job.observer.on_image(view(*image));
    picture.pixels = to_pixels(*image);
    picture.times.decode_ms = watch.lap();

    picture.trajectory_root = job.trajectory.root();
    picture.trajectory_leaves = job.trajectory.leaves();
    return picture;
}

// A lack of memory is told with the way out of it.
Error with_advice(const Error& error, const ModelInfo& model, const Request& request) {
    if (error.code != ErrorCode::resource_exhausted) return error;
    const auto half = [&](int side) {
        const int rounded = side / 2 / model.size_multiple * model.size_multiple;
        return std::to_string(std::max(rounded, model.size_multiple));
    };
    return {error.code,
            error.message + " for " + std::to_string(request.width) + "x" +
                std::to_string(request.height) + " pixels; try " + half(request.width) + "x" +
                half(request.height),
            "size"};
}

}  // namespace

Result<Picture> text_to_image(Model& model, const Request& request, Observer& observer,
                              std::stop_token stop, const std::optional<Latent>& start) {
    if (const auto ok = check_request(model.info(), request); !ok) return Failure{ok.error()};
    if (start) {
        const auto ok = check_start(model.info(), request, *start);
        if (!ok) return Failure{ok.error()};
    }
    auto picture = guarded([&] {
        Job job{model.parts(), request, observer, std::move(stop)};
        return run(job, start);
    });
    if (!picture) return Failure{with_advice(picture.error(), model.info(), request)};
    return picture;
}

Result<Pixels> decode(Model& model, const Latent& latent) {
    return guarded([&]() -> Result<Pixels> {
        std::vector<float> values = latent.values;
        const auto image = decode_latent(model.parts(), from_values(values, latent.shape));
        if (!image) return Failure{image.error()};
        return to_pixels(*image);
    });
}

}  // namespace gotong::engine
