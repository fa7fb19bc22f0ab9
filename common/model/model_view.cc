#include "common/model/model_view.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "common/file/file.h"
#include "common/ldm/configs.h"
#include "common/model/manifest.h"

namespace gotong::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxConfigFile = 1U << 20U;
constexpr const char* kIndex = "model_index.json";
constexpr const char* kScheduler = "scheduler/scheduler_config.json";

// Older and newer exports hold different ones; the engine needs vocab.json + merges.txt or
// tokenizer.json, and reads the others where they are.
constexpr std::array kTokenizerFiles{"added_tokens.json",       "merges.txt",
                                     "special_tokens_map.json", "tokenizer.json",
                                     "tokenizer_config.json",   "vocab.json"};

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

bool is_checkpoint_name(const fs::path& path) { return path.extension() == ".safetensors"; }

// Names of the .safetensors files at the top of a folder.
std::vector<std::string> checkpoints_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        if (is_checkpoint_name(entry->path()) && is_file(entry->path()))
            names.push_back(entry->path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

// Where a model is: its folder, and its checkpoint's name if it is one file.
struct Place {
    fs::path folder;
    std::string checkpoint;
    bool own_folder = true;
};

Result<Place> place_of_file(const fs::path& file) {
    const std::string kind = file.extension().string();
    if (kind == ".ckpt" || kind == ".pt" || kind == ".pth" || kind == ".bin")
        return fail(ErrorCode::permission_denied,
                    file.string() +
                        " is a pickle, which can run code when it is read; convert it "
                        "to safetensors");
    if (!is_checkpoint_name(file))
        return fail(ErrorCode::not_found, file.string() + " is no .safetensors file");
    const fs::path folder = fs::absolute(file).parent_path();
    const bool alone = checkpoints_in(folder).size() == 1 && !is_file(folder / kIndex);
    return Place{folder, file.filename().string(), alone};
}

Result<Place> place_of(const fs::path& given) {
    if (is_file(given)) return place_of_file(given);
    if (is_file(given / kIndex)) return Place{given, {}, true};
    const auto checkpoints = checkpoints_in(given);
    if (checkpoints.size() == 1) return Place{given, checkpoints.front(), true};
    if (checkpoints.empty())
        return fail(ErrorCode::not_found,
                    given.string() +
                        " is not a model: it has no model_index.json, and is neither "
                        "a .safetensors file nor a folder that holds one");
    return fail(ErrorCode::invalid_argument, given.string() + " holds " +
                                                 std::to_string(checkpoints.size()) +
                                                 " checkpoints; name one of them, such as " +
                                                 (given / checkpoints.front()).string());
}

}  // namespace

bool is_model(const fs::path& path) {
    if (is_file(path)) return is_checkpoint_name(path);
    return is_file(path / kIndex) || checkpoints_in(path).size() == 1;
}

Result<std::vector<fs::path>> models_in(const fs::path& root) {
    if (is_file(root) || is_file(root / kIndex)) return std::vector{root};
    std::error_code error;
    std::vector<fs::path> found;
    for (fs::directory_iterator at{root, error}, end; !error && at != end; at.increment(error)) {
        if (is_model(at->path())) found.push_back(at->path());
        if (found.size() > kMostModels)
            return fail(ErrorCode::resource_exhausted, root.string() + " holds more than " +
                                                           std::to_string(kMostModels) +
                                                           " models; name a smaller folder");
    }
    if (error) return fail(ErrorCode::not_found, root.string() + ": " + error.message());
    std::ranges::sort(found);
    return found;
}

Result<ModelView> ModelView::open(const fs::path& given) {
    auto place = place_of(given);
    if (!place) return Failure{place.error()};
    std::error_code failed;
    ModelView view;
    view.folder_ = fs::canonical(place->folder, failed);
    if (failed) return fail(ErrorCode::not_found, given.string() + ": " + failed.message());
    view.checkpoint_file_ = place->checkpoint;
    view.own_folder_ = place->own_folder;
    if (view.checkpoint_file_.empty()) return view;
    if (!is_model_path(view.checkpoint_file_))
        return fail(
            ErrorCode::invalid_argument,
            "\"" + view.checkpoint_file_ +
                "\" cannot be a model's file: its name must have at most 100 letters, "
                "digits, '.', '_' and '-' and begin with a letter, digit or '_'; rename it");
    auto checkpoint = ldm::open_checkpoint(view.folder_ / view.checkpoint_file_);
    if (!checkpoint) return Failure{checkpoint.error()};
    view.checkpoint_ = *std::move(checkpoint);
    return view;
}

bool ModelView::is_overridden(const std::string& path) const {
    return own_folder_ && is_file(folder_ / path);
}

Result<std::string> ModelView::config(const std::string& path) const {
    if (checkpoint_ && !(path == kScheduler && is_overridden(path)))
        return ldm::diffusers_config(*checkpoint_, path);
    auto text = file::read_small(folder_ / path, kMaxConfigFile);
    if (text || text.error().code != ErrorCode::not_found) return text;
    return fail(ErrorCode::not_found, "the model has no " + path);
}

std::optional<fs::path> ModelView::tokenizer(const std::string& name) const {
    if (checkpoint_ && !is_overridden(name + "/tokenizer_config.json")) return std::nullopt;
    return folder_ / name;
}

Result<PartFiles> ModelView::weights(const std::string& part) const {
    return part_files(folder_, part);
}

Result<std::vector<std::string>> ModelView::part_paths(const std::string& part) const {
    const auto files = weights(part);
    if (!files) return Failure{files.error()};
    std::vector<std::string> paths{part + "/config.json"};
    if (!files->index.empty()) paths.push_back(part + "/" + files->index);
    for (const std::string& file : files->files) paths.push_back(part + "/" + file);
    return paths;
}

Result<std::vector<std::string>> ModelView::files(
    const std::vector<std::string>& parts, const std::vector<std::string>& tokenizers) const {
    std::vector<std::string> paths;
    if (checkpoint_) {
        paths.push_back(checkpoint_file_);
        if (is_overridden(kScheduler)) paths.emplace_back(kScheduler);
    } else {
        paths = {kIndex, kScheduler};
        for (const std::string& part : parts) {
            const auto of_part = part_paths(part);
            if (!of_part) return Failure{of_part.error()};
            paths.insert(paths.end(), of_part->begin(), of_part->end());
        }
    }
    for (const std::string& name : tokenizers) {
        if (!tokenizer(name)) continue;
        for (const char* file : kTokenizerFiles)
            if (is_file(folder_ / name / file)) paths.push_back(name + "/" + file);
    }
    std::ranges::sort(paths);
    return paths;
}

}  // namespace gotong::model
