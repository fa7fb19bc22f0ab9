// A model's manifest, from its folder in the diffusers layout.
//
// Lists exactly the files that the pipeline opens: model_index.json, every component's config, its
// safetensors, the tokenizer's files. What else lies there (pictures, other variants, pickles
// beside safetensors) is nobody's business.
#pragma once

#include <filesystem>
#include <string>

#include "common/model/digest_cache.h"
#include "common/model/manifest.h"
#include "common/result.h"
#include "common/time.h"

namespace gotong::model {

struct FolderOptions {
    std::string name;     // Empty: the folder's own name, in lower case.
    std::string licence;  // Empty: what the folder says.
};

// Cost: reads every listed file once, unless `cache` knows it.
//
// Errors, each naming the file: not_found for a missing one; unimplemented for a pipeline of
// another family; permission_denied for links that lead out of the folder and for pickles in place
// of safetensors; invalid_argument for configs that cannot be read and names that do not fit.
Result<ModelManifest> read_model_folder(const std::filesystem::path& folder,
                                        const FolderOptions& options, DigestCache& cache,
                                        WallTime now);

}  // namespace gotong::model
