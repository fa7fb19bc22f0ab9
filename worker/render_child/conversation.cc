#include "worker/render_child/conversation.h"

#include <gotong/v1/renderer.pb.h>

#include <algorithm>
#include <utility>

#include "common/bytes.h"
#include "common/receipt/statement.h"

namespace gotong::render_child {
namespace {

using worker::Outcome;
using worker::Phase;

constexpr std::size_t kMaxNote = 64;

void set_original(v1::RendererCommand::Original& out, const Original& original,
                  const worker::OriginalFiles& files) {
    out.set_picture(files.picture);
    out.set_mask(files.mask);
    out.set_strength(original.strength);
    out.set_strength_rule(std::string{sampling::name_of(original.rule)});
}

v1::RendererCommand render_command(std::uint64_t tag, const worker::Job& job) {
    v1::RendererCommand command;
    command.set_tag(tag);
    const RenderSpec& spec = job.offer.spec;
    v1::RendererCommand::Render& render = *command.mutable_render();
    render.set_model_dir(job.model_dir.string());
    render.set_prompt(spec.prompt);
    render.set_negative_prompt(spec.negative_prompt);
    render.set_width(spec.width);
    render.set_height(spec.height);
    render.set_steps(spec.steps);
    render.set_guidance(spec.guidance);
    render.set_sampler(spec.sampler);
    render.set_schedule(spec.schedule);
    render.set_seed(spec.seed);
    if (spec.original) set_original(*render.mutable_original(), *spec.original, job.original);
    if (job.preview.matrix.empty()) return command;
    render.mutable_preview()->mutable_matrix()->Assign(job.preview.matrix.begin(),
                                                       job.preview.matrix.end());
    render.mutable_preview()->mutable_bias()->Assign(job.preview.bias.begin(),
                                                     job.preview.bias.end());
    return command;
}

std::string cancel_command(std::uint64_t tag) {
    v1::RendererCommand command;
    command.set_tag(tag);
    command.mutable_cancel();
    return command.SerializeAsString();
}

bool is_whole(const v1::RgbImage& image) {
    return image.rgb().size() == std::size_t{3} * image.width() * image.height();
}

// They go into a statement, which takes no more.
bool are_in_bounds(const v1::RendererEvent::Done& done) {
    return done.notes_size() <= static_cast<int>(receipt::kMaxFlags) &&
           std::ranges::all_of(done.notes(),
                               [](const std::string& note) { return note.size() <= kMaxNote; });
}

worker::Picture picture_of(v1::RgbImage& image) {
    return {
        .width = image.width(), .height = image.height(), .rgb = std::move(*image.mutable_rgb())};
}

worker::RenderProgress progress_of(v1::RendererEvent::Progress& progress) {
    const bool is_loading = progress.phase() <= v1::RendererEvent::PHASE_LOADING;
    worker::RenderProgress told{.phase = is_loading ? Phase::loading : Phase::rendering,
                                .step = progress.step(),
                                .steps = progress.steps(),
                                .preview = {}};
    if (is_whole(progress.preview())) told.preview = picture_of(*progress.mutable_preview());
    return told;
}

Result<Outcome> outcome_of(v1::RendererEvent::Done& done, const worker::Job& job,
                           const worker::EngineFacts& facts) {
    const RenderSpec& spec = job.offer.spec;
    const bool is_asked_size =
        done.picture().width() == spec.width && done.picture().height() == spec.height;
    Outcome outcome;
    if (!is_whole(done.picture()) || !is_asked_size ||
        done.trajectory_root().size() != outcome.trajectory_root.size())
        return fail(ErrorCode::data_loss, "the renderer sent a broken picture");
    if (!are_in_bounds(done))
        return fail(ErrorCode::data_loss, "the renderer sent notes beyond their bounds");
    std::ranges::copy(as_bytes(done.trajectory_root()), outcome.trajectory_root.begin());
    outcome.trajectory_leaves = done.trajectory_leaves();
    outcome.picture = picture_of(*done.mutable_picture());
    outcome.engine = facts;
    outcome.notes.assign(done.notes().begin(), done.notes().end());
    return outcome;
}

Error error_of(const v1::RendererEvent::Failed& failed) {
    switch (static_cast<ErrorCode>(failed.code())) {
        case ErrorCode::cancelled:
        case ErrorCode::invalid_argument:
        case ErrorCode::resource_exhausted:
        case ErrorCode::failed_precondition:
        case ErrorCode::data_loss:
        case ErrorCode::unavailable:
            return {static_cast<ErrorCode>(failed.code()), failed.message(), {}};
        default:
            return {ErrorCode::internal, failed.message(), {}};
    }
}

}  // namespace

std::string Conversation::render() const { return render_command(tag_, job_).SerializeAsString(); }

std::string Conversation::cancel() const { return cancel_command(tag_); }

std::optional<Ending> Conversation::take(v1::RendererEvent& event) const {
    if (event.has_progress()) on_progress_(progress_of(*event.mutable_progress()));
    if (event.has_failed()) return Ending{Failure{error_of(event.failed())}, false};
    if (!event.has_done()) return std::nullopt;
    Result<Outcome> outcome = outcome_of(*event.mutable_done(), job_, facts_);
    const bool broke_the_protocol = !outcome;
    return Ending{std::move(outcome), broke_the_protocol};
}

}  // namespace gotong::render_child
