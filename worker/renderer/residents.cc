#include "worker/renderer/residents.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

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

bool Residents::is_in_use(const fs::path& path) const {
    if (in_use_ != path.string()) return false;
    const auto state = state_of(path);
    return state && *state == residents_.at(in_use_).state;
}

Result<Residents::Used> Residents::use(const fs::path& path) {
    const std::string name = path.string();
    auto state = state_of(path);
    if (!state) return Failure{state.error()};
    const auto shelf = this->shelf();
    if (!shelf) return Failure{shelf.error()};
    in_use_.clear();
    const auto held = residents_.find(name);
    if (held == residents_.end() || held->second.state != *state)
        return load(name, *std::move(state));
    engine::Model* const model = held->second.model.get();
    (*shelf)->use(name, model->info().weight_bytes);
    in_use_ = name;
    return Used{model};
}

std::vector<LoadedModel> Residents::all() const {
    std::vector<LoadedModel> all;
    for (const auto& [path, resident] : residents_) all.push_back({path, resident.load_ms});
    return all;
}

Result<memory::Shelf*> Residents::shelf() {
    if (shelf_) return &*shelf_;
    if (!budget_) {
        const auto most = engine::default_model_memory(options_);
        if (!most) return Failure{most.error()};
        budget_ = *most;
    }
    return &shelf_.emplace(*budget_);
}

Result<Residents::Used> Residents::load(const std::string& path, std::string state) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    const auto begin = std::chrono::steady_clock::now();
    residents_.erase(path);  // Its files have changed.
    shelf_->remove(path);
    const auto bytes = engine::Model::weigh(path, options_);
    if (!bytes) return Failure{bytes.error().during("load model")};
    for (const std::string& gone : shelf_->make_room(*bytes, "")) residents_.erase(gone);
    auto loaded = load_with_all_memory(path);
    if (!loaded) return Failure{loaded.error().during("load model")};
    engine::Model* const model = loaded->get();
    model->on_want([this] { return give_up_idle(); });
    shelf_->use(path, *bytes);
    const double load_ms = Milliseconds(std::chrono::steady_clock::now() - begin).count();
    residents_.insert_or_assign(path, Resident{*std::move(loaded), load_ms, std::move(state)});
    in_use_ = path;
    return Used{model, load_ms};
}

Result<std::unique_ptr<engine::Model>> Residents::load_with_all_memory(const std::string& path) {
    auto loaded = engine::Model::load(path, options_);
    if (loaded || loaded.error().code != ErrorCode::resource_exhausted) return loaded;
    return give_up_idle() ? engine::Model::load(path, options_) : std::move(loaded);
}

bool Residents::give_up_idle() {
    const auto gone = shelf_->clear(in_use_);
    for (const std::string& name : gone) residents_.erase(name);
    return !gone.empty();
}

}  // namespace gotong::renderer
