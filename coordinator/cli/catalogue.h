// Putting a model into the pool's catalogue: manifest, preview map, AddModel.
#pragma once

#include <filesystem>
#include <string>

#include "common/model/model_folder.h"
#include "common/result.h"

namespace gotong::cli {

enum class Listing { added, replaced, already_there };

struct Listed {
    model::ModelManifest manifest;
    Listing listing = Listing::added;
    bool has_previews = true;
};

// `data` is the pool's folder. Costs a read of every file the first time, and a few small renders
// for the preview map, which are skipped for weights that the pool knows.
//
// Errors: those of read_model_folder(); failed_precondition when the renderer cannot load it.
Result<Listed> list_model(const std::filesystem::path& data, const std::filesystem::path& folder,
                          const model::FolderOptions& options);

}  // namespace gotong::cli
