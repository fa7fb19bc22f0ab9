#include "worker/renderer/engine_painter.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <vector>

#include "worker/engine/pipeline.h"

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

Result<Painted> EnginePainter::paint(const RenderJob& job, engine::Observer& observer,
                                     std::stop_token stop) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    const auto begin = std::chrono::steady_clock::now();
    if (const auto held = hold(job.model_dir); !held) return Failure{held.error()};
    const double load_ms = Milliseconds(std::chrono::steady_clock::now() - begin).count();
    auto picture = engine::text_to_image(*model_, job.request, observer, std::move(stop));
    if (!picture) return Failure{picture.error()};
    return Painted{*std::move(picture), load_ms};
}

}  // namespace gotong::renderer
