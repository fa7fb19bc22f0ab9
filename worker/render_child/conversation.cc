#include "worker/render_child/conversation.h"

#include <gotong/v1/renderer.pb.h>

#include <array>
#include <optional>
#include <utility>

#include "common/bytes.h"

namespace gotong::render_child {
namespace {

using worker::Outcome;
using worker::Phase;

// How soon a stop request is seen; a step takes longer than that.
constexpr auto kLookForStopEvery = 50ms;
// The longest single step tried (SD 1.5 at 768x768 on two old cores) takes 40 s.
constexpr auto kCancelWithin = 60s;
// A child whose socket broke is about to end by itself: let it say how.
constexpr int kEndGraceMs = 500;

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
    std::ranges::copy(as_bytes(done.trajectory_root()), outcome.trajectory_root.begin());
    outcome.trajectory_leaves = done.trajectory_leaves();
    outcome.picture = picture_of(*done.mutable_picture());
    outcome.engine = facts;
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

class Conversation {
  public:
    Conversation(Child& child, std::uint64_t tag, const worker::Job& job,
                 const worker::OnProgress& on_progress)
        : child_(child), tag_(tag), job_(job), on_progress_(on_progress) {}

    Ending run(const std::stop_token& stop) {
        if (!child_.socket.send(render_command(tag_, job_).SerializeAsString())) return died();
        heard_ = std::chrono::steady_clock::now();
        while (true) {
            if (stop.stop_requested() && !cancel_by_) ask_to_cancel();
            auto frame = child_.socket.receive(kLookForStopEvery);
            if (!frame) return broke(frame.error());
            if (*frame) {
                if (auto ending = take(**frame)) return std::move(*ending);
            } else if (is_overdue()) {
                return give_up();
            }
        }
    }

  private:
    void ask_to_cancel() {
        cancel_by_ = std::chrono::steady_clock::now() + kCancelWithin;
        // A broken socket shows at the next receive.
        [[maybe_unused]] const Result<> sent = child_.socket.send(cancel_command(tag_));
    }

    bool is_overdue() const {
        const auto now = std::chrono::steady_clock::now();
        return now - heard_ >= job_.patience || (cancel_by_ && now >= *cancel_by_);
    }

    std::optional<Ending> take(const std::string& frame) {
        v1::RendererEvent event;
        if (!event.ParseFromString(frame))
            return broke({ErrorCode::data_loss, "the renderer sent an unreadable frame", {}});
        heard_ = std::chrono::steady_clock::now();
        if (event.tag() != tag_) return std::nullopt;  // Late words about an earlier job.
        if (event.has_progress()) on_progress_(progress_of(*event.mutable_progress()));
        if (event.has_failed()) return Ending{Failure{error_of(event.failed())}, false};
        if (!event.has_done()) return std::nullopt;
        Result<Outcome> outcome = outcome_of(*event.mutable_done(), job_, child_.facts);
        if (!outcome) return broke(outcome.error());
        return Ending{std::move(outcome), false};
    }

    Ending died() {
        const std::string how = child_.process.end(kEndGraceMs);
        return {fail(ErrorCode::internal, "the renderer " + how), true};
    }

    Ending broke(const Error& error) {
        if (error.code == ErrorCode::unavailable) return died();
        child_.process.end(0);
        return {fail(ErrorCode::internal, error.message + " and was killed"), true};
    }

    Ending give_up() {
        child_.process.end(0);
        if (cancel_by_)
            return {fail(ErrorCode::cancelled, "the renderer did not stop and was killed"), true};
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(job_.patience);
        return {
            fail(ErrorCode::internal, "the renderer said nothing for " +
                                          std::to_string(seconds.count()) + " s and was killed"),
            true};
    }

    Child& child_;
    const std::uint64_t tag_;
    const worker::Job& job_;
    const worker::OnProgress& on_progress_;
    Monotonic heard_{};
    std::optional<Monotonic> cancel_by_;  // Set: was asked to cancel.
};

}  // namespace

Ending converse(Child& child, std::uint64_t tag, const worker::Job& job,
                const std::stop_token& stop, const worker::OnProgress& on_progress) {
    return Conversation{child, tag, job, on_progress}.run(stop);
}

}  // namespace gotong::render_child
