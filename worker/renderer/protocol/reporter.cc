#include "worker/renderer/protocol/reporter.h"

#include <utility>

namespace gotong::renderer {

Reporter::Reporter(const RenderJob& job, FrameWriter& writer)
    : tag_(job.tag), steps_(steps_of(job)), preview_(job.preview), writer_(writer) {
    report({JobPhase::loading, 0, steps_, {}});
}

void Reporter::on_phase(engine::Phase phase) {
    using enum engine::Phase;
    const JobPhase wire = phase == encoding    ? JobPhase::encoding
                          : phase == denoising ? JobPhase::denoising
                                               : JobPhase::decoding;
    report({wire, phase == decoding ? steps_ : 0, steps_, {}});
}

void Reporter::on_latent(const engine::StepView& view) {
    if (view.step == 0) return;  // Nothing but noise yet.
    Progress progress{JobPhase::denoising, view.step, view.steps, {}};
    if (preview_)
        if (auto pixels = engine::preview(*preview_, view.latent))
            progress.preview = *std::move(pixels);
    report(progress);
}

void Reporter::report(const Progress& progress) {
    (void)writer_.write(progress_event(tag_, progress));
}

}  // namespace gotong::renderer
