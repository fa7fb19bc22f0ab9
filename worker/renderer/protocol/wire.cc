#include "worker/renderer/protocol/wire.h"

#include <limits>

#include "common/sampling/choose.h"
#include "gotong/v1/renderer.pb.h"
#include "worker/renderer/protocol/commit.h"

namespace gotong::renderer {
namespace {

Result<int> to_int(std::uint32_t value, const char* field) {
    if (value <= static_cast<std::uint32_t>(std::numeric_limits<int>::max()))
        return static_cast<int>(value);
    return fail(ErrorCode::invalid_argument,
                std::string(field) + " is " + std::to_string(value) + ", which is far too large",
                field);
}

std::optional<engine::LatentToRgb> to_preview(const v1::RendererCommand::Render& render) {
    if (!render.has_preview()) return std::nullopt;
    return engine::LatentToRgb{{render.preview().matrix().begin(), render.preview().matrix().end()},
                               {render.preview().bias().begin(), render.preview().bias().end()}};
}

Result<engine::Request> to_request(const v1::RendererCommand::Render& render) {
    const auto width = to_int(render.width(), "width");
    if (!width) return Failure{width.error()};
    const auto height = to_int(render.height(), "height");
    if (!height) return Failure{height.error()};
    const auto steps = to_int(render.steps(), "steps");
    if (!steps) return Failure{steps.error()};
    const auto choice = sampling::choose(render.sampler(), render.schedule());
    if (!choice) return Failure{choice.error()};
    return engine::Request{.prompt = render.prompt(),
                           .negative_prompt = render.negative_prompt(),
                           .width = *width,
                           .height = *height,
                           .steps = *steps,
                           .guidance = render.guidance(),
                           .sampler = choice->sampler,
                           .schedule = choice->schedule,
                           .seed = render.seed()};
}

Result<std::optional<OriginalFiles>> to_original(v1::RendererCommand::Render& render) {
    if (!render.has_original()) {
        return std::nullopt;
    }
    auto& original = *render.mutable_original();
    const auto rule = sampling::strength_rule_named(original.strength_rule());
    if (!rule) return Failure{rule.error()};
    if (const auto fits = sampling::check_strength(*rule, render.steps(), original.strength());
        !fits)
        return Failure{fits.error()};
    return OriginalFiles{.picture = std::move(*original.mutable_picture()),
                         .mask = std::move(*original.mutable_mask()),
                         .strength = original.strength(),
                         .rule = *rule};
}

v1::RendererEvent::Phase to_wire(JobPhase phase) {
    switch (phase) {
        case JobPhase::loading:
            return v1::RendererEvent::PHASE_LOADING;
        case JobPhase::encoding:
            return v1::RendererEvent::PHASE_ENCODING;
        case JobPhase::denoising:
            return v1::RendererEvent::PHASE_DENOISING;
        case JobPhase::decoding:
            break;
    }
    return v1::RendererEvent::PHASE_DECODING;
}

void to_wire(const engine::Pixels& pixels, v1::RgbImage& image) {
    image.set_width(static_cast<std::uint32_t>(pixels.width));
    image.set_height(static_cast<std::uint32_t>(pixels.height));
    image.set_rgb(pixels.rgb.data(), pixels.rgb.size());
}

}  // namespace

Result<Command> parse_command(std::string_view frame) {
    v1::RendererCommand command;
    if (!command.ParseFromArray(frame.data(), static_cast<int>(frame.size())))
        return fail(ErrorCode::invalid_argument, "a frame that is no command");
    const Tag tag = command.tag();
    if (command.has_cancel()) return CancelJob{tag};
    if (!command.has_render())
        return fail(ErrorCode::invalid_argument, "a command of an unknown kind");
    auto request = to_request(command.render());
    if (!request) return RefusedJob{tag, request.error()};
    auto original = to_original(*command.mutable_render());
    if (!original) return RefusedJob{tag, original.error()};
    return RenderJob{tag, command.render().model_dir(), *std::move(request),
                     to_preview(command.render()), *std::move(original)};
}

int steps_of(const RenderJob& job) {
    if (!job.original) return job.request.steps;
    return static_cast<int>(sampling::steps_made(
        job.original->rule, static_cast<std::uint32_t>(job.request.steps), job.original->strength));
}

std::string ready_event(const engine::DeviceInfo& device, std::size_t batch) {
    v1::RendererEvent event;
    auto& ready = *event.mutable_ready();
    ready.set_engine("gotong-engine " GOTONG_VERSION);
    ready.set_commit(std::string{commit()});
    ready.set_libtorch(device.libtorch);
    ready.set_device(device.device);
    ready.set_dtype(device.precision);
    ready.set_memory_bytes(device.memory_bytes);
    ready.set_batch(static_cast<std::uint32_t>(batch));
    return event.SerializeAsString();
}

std::string progress_event(Tag tag, const Progress& progress) {
    v1::RendererEvent event;
    event.set_tag(tag);
    auto& wire = *event.mutable_progress();
    wire.set_phase(to_wire(progress.phase));
    wire.set_step(static_cast<std::uint32_t>(progress.step));
    wire.set_steps(static_cast<std::uint32_t>(progress.steps));
    if (progress.preview) to_wire(*progress.preview, *wire.mutable_preview());
    return event.SerializeAsString();
}

std::string done_event(Tag tag, const engine::Picture& picture, double load_ms) {
    v1::RendererEvent event;
    event.set_tag(tag);
    auto& done = *event.mutable_done();
    to_wire(picture.pixels, *done.mutable_picture());
    done.set_trajectory_root(picture.trajectory_root.data(), picture.trajectory_root.size());
    done.set_trajectory_leaves(picture.trajectory_leaves);
    done.mutable_notes()->Assign(picture.notes.begin(), picture.notes.end());
    auto& times = *done.mutable_stage_ms();
    times["load"] = load_ms;
    times["text"] = picture.times.text_ms;
    times["denoise"] = picture.times.denoise_ms;
    times["decode"] = picture.times.decode_ms;
    return event.SerializeAsString();
}

std::string loaded_event(const std::vector<LoadedModel>& models) {
    v1::RendererEvent event;
    auto& loaded = *event.mutable_loaded();
    for (const LoadedModel& model : models) {
        auto& added = *loaded.add_models();
        added.set_model_dir(model.model_dir);
        added.set_load_ms(model.load_ms);
    }
    return event.SerializeAsString();
}

std::string failed_event(Tag tag, const Error& error) {
    v1::RendererEvent event;
    event.set_tag(tag);
    auto& failed = *event.mutable_failed();
    failed.set_code(static_cast<std::uint32_t>(error.code));
    failed.set_message(error.message);
    return event.SerializeAsString();
}

}  // namespace gotong::renderer
