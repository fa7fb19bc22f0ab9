// A model on disk, in whichever layout, seen as a diffusers folder: the one place that knows where
// each config, tokenizer and weight file of it is. The engine opens what this names, and the
// catalogue lists the same.
//
// Layouts: a diffusers folder (it has a model_index.json); a single-file checkpoint (common/ldm),
// given as the .safetensors file or as a folder that holds exactly one. Beside a checkpoint that is
// alone in its folder, scheduler/scheduler_config.json and tokenizer/ (tokenizer_2/) override what
// its family has by default.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/ldm/checkpoint.h"
#include "common/model/part_files.h"
#include "common/result.h"

namespace gotong::model {

// Whether `path` looks like a model: says nothing about whether it is a sound one.
bool is_model(const std::filesystem::path& path);

inline constexpr std::size_t kMostModels = 256;  // A folder of models, not somebody's whole disk.

// The models at `root`: itself where it is a checkpoint or has a model_index.json, else every model
// directly below it, by path. Errors: not_found; resource_exhausted beyond kMostModels.
Result<std::vector<std::filesystem::path>> models_in(const std::filesystem::path& root);

class ModelView {
  public:
    // Errors: not_found, with what was looked for; invalid_argument (several checkpoints in a
    // folder, a name that no manifest may hold); permission_denied for pickles; those of
    // ldm::open_checkpoint().
    static Result<ModelView> open(const std::filesystem::path& given);

    // Canonical; what the manifest's paths are relative to.
    const std::filesystem::path& folder() const { return folder_; }

    // Of a single-file model, and its file's name in the folder.
    const std::optional<ldm::Checkpoint>& checkpoint() const { return checkpoint_; }
    const std::string& checkpoint_file() const { return checkpoint_file_; }

    // Whether README.md and LICENSE in the folder speak of this model.
    bool has_own_folder() const { return own_folder_; }

    // JSON of "model_index.json", "unet/config.json", "scheduler/scheduler_config.json", ...
    // Errors: not_found, and those of ldm::diffusers_config().
    Result<std::string> config(const std::string& path) const;

    // The folder of "tokenizer" or "tokenizer_2"; nullopt: it is CLIP's standard one.
    std::optional<std::filesystem::path> tokenizer(const std::string& name) const;

    // Of a diffusers folder. Errors: those of part_files().
    Result<PartFiles> weights(const std::string& part) const;

    // Every file that these parts (with weights) and tokenizers need, relative and ascending.
    Result<std::vector<std::string>> files(const std::vector<std::string>& parts,
                                           const std::vector<std::string>& tokenizers) const;

  private:
    ModelView() = default;
    bool is_overridden(const std::string& path) const;
    Result<std::vector<std::string>> part_paths(const std::string& part) const;

    std::filesystem::path folder_;
    std::string checkpoint_file_;
    bool own_folder_ = true;
    std::optional<ldm::Checkpoint> checkpoint_;
};

}  // namespace gotong::model
