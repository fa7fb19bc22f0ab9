#include "worker/renderer/protocol/server.h"

#include <utility>

namespace gotong::renderer {
namespace {

// Sends what the engine reports. What cannot be written is dropped: the reader will see that the
// peer has gone.
class Reporter final : public engine::Observer {
  public:
    Reporter(const RenderJob& job, FrameWriter& writer) : job_(job), writer_(writer) {
        report({JobPhase::loading, 0, job.request.steps, {}});
    }

    void on_phase(engine::Phase phase) override {
        using enum engine::Phase;
        const JobPhase wire = phase == encoding    ? JobPhase::encoding
                              : phase == denoising ? JobPhase::denoising
                                                   : JobPhase::decoding;
        report({wire, phase == decoding ? job_.request.steps : 0, job_.request.steps, {}});
    }

    void on_latent(const engine::StepView& view) override {
        if (view.step == 0) return;  // Nothing but noise yet.
        Progress progress{JobPhase::denoising, view.step, view.steps, {}};
        if (job_.preview)
            if (auto pixels = engine::preview(*job_.preview, view.latent))
                progress.preview = *std::move(pixels);
        report(progress);
    }

  private:
    void report(const Progress& progress) {
        (void)writer_.write(progress_event(job_.tag, progress));
    }

    const RenderJob& job_;
    FrameWriter& writer_;
};

}  // namespace

Server::Server(int socket, Painter& painter)
    : socket_(socket),
      painter_(painter),
      writer_(socket),
      painting_([this](std::stop_token stop) { paint_all(stop); }) {}

Server::~Server() {
    painting_.request_stop();
    queue_.stop_current();
}

Result<> Server::run(const engine::DeviceInfo& device) {
    if (const auto greeted = writer_.write(ready_event(device)); !greeted) return greeted;
    for (;;) {
        const auto frame = read_frame(socket_);
        if (!frame) return Failure{frame.error()};
        if (!*frame) return {};
        auto command = parse_command(**frame);
        if (!command) return Failure{command.error()};
        if (auto obeyed = obey(*std::move(command)); !obeyed) return obeyed;
    }
}

Result<> Server::obey(Command command) {
    if (const auto* refused = std::get_if<RefusedJob>(&command))
        return writer_.write(failed_event(refused->tag, refused->error));
    if (const auto* cancel = std::get_if<CancelJob>(&command)) {
        if (!queue_.cancel(cancel->tag)) return {};
        return writer_.write(failed_event(cancel->tag, {ErrorCode::cancelled, "cancelled", {}}));
    }
    auto& job = std::get<RenderJob>(command);
    const Tag tag = job.tag;
    const auto queued = queue_.push(std::move(job));
    if (queued) return {};
    // A second job under a tag in use could not be told from the first.
    if (queued.error().code == ErrorCode::already_exists) return queued;
    return writer_.write(failed_event(tag, queued.error()));
}

void Server::paint_all(std::stop_token stop) {
    while (const auto taken = queue_.take(stop)) {
        paint(*taken);
    }
}

void Server::paint(const JobQueue::Taken& taken) {
    Reporter reporter{taken.job, writer_};
    const auto painted = painter_.paint(taken.job, reporter, taken.stop);
    queue_.finish();  // Before the answer: whoever has it may use the tag again.
    const Tag tag = taken.job.tag;
    (void)writer_.write(painted ? done_event(tag, painted->picture, painted->load_ms)
                                : failed_event(tag, painted.error()));
}

}  // namespace gotong::renderer
