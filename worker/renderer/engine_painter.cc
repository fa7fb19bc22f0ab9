#include "worker/renderer/engine_painter.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

#include "worker/renderer/original.h"

namespace gotong::renderer {
namespace {

namespace fs = std::filesystem;

std::string state_of_file(const fs::directory_entry& file) {
    return file.path().string() + '\t' + std::to_string(file.file_size()) + '\t' +
           std::to_string(file.last_write_time().time_since_epoch().count()) + '\n';
}

// Path, size and time of the checkpoint, or of every file below the folder: changes when the model
// does.
Result<std::string> state_of(const fs::path& model) {
    try {
        if (fs::is_regular_file(model)) return state_of_file(fs::directory_entry(model));
        std::vector<std::string> lines;
        for (const auto& entry : fs::recursive_directory_iterator(model))
            if (entry.is_regular_file()) lines.push_back(state_of_file(entry));
        std::sort(lines.begin(), lines.end());
        std::string state = model.string() + '\n';
        for (const std::string& line : lines) state += line;
        return state;
    } catch (const fs::filesystem_error& error) {
        return fail(ErrorCode::not_found, error.what(), "model");
    }
}

}  // namespace

Result<> EnginePainter::hold(const fs::path& folder) {
    auto state = state_of(folder);
    if (!state) return Failure{state.error()};
    if (model_ && *state == state_) return {};
    model_.reset();  // First: two models may be more than the machine holds.
    auto loaded = engine::Model::load(folder, options_);
    if (!loaded) return Failure{loaded.error().during("load model")};
    model_ = *std::move(loaded);
    state_ = *std::move(state);
    return {};
}

Result<> EnginePainter::begin_batch(const fs::path& folder) {
    batch_.reset();  // First: the model that it is of may have to go.
    if (const auto held = hold(folder); !held) return held;
    batch_.emplace(*model_);
    return {};
}

bool EnginePainter::takes(const RenderJob& job) const {
    if (is_idle()) return true;
    if (!batch_->takes(job.request)) return false;
    const auto state = state_of(job.model_dir);
    return state && *state == state_;
}

Result<> EnginePainter::join(const RenderJob& job, engine::Observer& observer,
                             std::stop_token stop) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    const auto begin = std::chrono::steady_clock::now();
    if (is_idle()) {
        if (const auto begun = begin_batch(job.model_dir); !begun) return begun;
    }
    const double load_ms = Milliseconds(std::chrono::steady_clock::now() - begin).count();
    engine::Order order{job.request, &observer, std::move(stop)};
    if (job.original) {
        auto original = decode_original(*job.original, job.request.width, job.request.height);
        if (!original) return Failure{original.error()};
        order.request.original = *std::move(original);
    }
    if (const auto joined = batch_->join(job.tag, std::move(order)); !joined) return joined;
    load_ms_[job.tag] = load_ms;
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
