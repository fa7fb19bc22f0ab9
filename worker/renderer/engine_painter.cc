#include "worker/renderer/engine_painter.h"

#include <utility>

#include "worker/renderer/original.h"

namespace gotong::renderer {

Result<double> EnginePainter::begin_batch(const std::filesystem::path& model) {
    batch_.reset();  // First: the model that it is of may have to go.
    const auto held = residents_.use(model);
    if (!held) return Failure{held.error()};
    batch_.emplace(*held->model);
    return held->load_ms;
}

bool EnginePainter::takes(const RenderJob& job) const {
    if (is_idle()) return true;
    return batch_->takes(job.request) && residents_.is_in_use(job.model_dir);
}

Result<> EnginePainter::join(const RenderJob& job, engine::Observer& observer,
                             std::stop_token stop) {
    const auto load_ms = is_idle() ? begin_batch(job.model_dir) : Result<double>{0};
    if (!load_ms) return Failure{load_ms.error()};
    engine::Order order{job.request, &observer, std::move(stop)};
    if (job.original) {
        auto original = decode_original(*job.original, job.request.width, job.request.height);
        if (!original) return Failure{original.error()};
        order.request.original = *std::move(original);
    }
    if (const auto joined = batch_->join(job.tag, std::move(order)); !joined) return joined;
    load_ms_[job.tag] = *load_ms;
    return {};
}

std::vector<Painter::Ended> EnginePainter::step() {
    std::vector<Ended> ended;
    for (engine::Batch::Ended& it : batch_->step()) {
        const double load_ms = load_ms_.extract(it.ticket).mapped();
        if (it.picture)
            ended.push_back({it.ticket, Painted{*std::move(it.picture), load_ms}});
        else
            ended.push_back({it.ticket, Failure{it.picture.error()}});
    }
    return ended;
}

}  // namespace gotong::renderer
