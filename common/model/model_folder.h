// A model's manifest, from its files on disk in any layout that model_view.h knows.
//
// Lists exactly the files that the engine opens: of a diffusers folder model_index.json, every
// part's config and weights (an index and its shards, if they come so), the tokenizers' files; of a
// single-file checkpoint that file, and what overrides its defaults. What else lies there
// (pictures, other variants, pickles beside safetensors) is nobody's business.
#pragma once

#include <filesystem>
#include <string>

#include "common/model/digest_cache.h"
#include "common/model/manifest.h"
#include "common/result.h"
#include "common/time.h"

namespace gotong::model {

struct FolderOptions {
    std::string name;     // Empty: the folder's own name, or the checkpoint's; in lower case.
    std::string licence;  // Empty: what the folder says.
};

// Cost: reads every listed file once, unless `cache` knows it.
//
// `path`: the folder, or the checkpoint.
//
// Errors, each naming the file: not_found for a missing one; unimplemented for a model of another
// family, saying which are known; permission_denied for links that lead out of the folder and for
// pickles in place of safetensors; invalid_argument for configs that cannot be read and names that
// do not fit.
Result<ModelManifest> read_model_folder(const std::filesystem::path& path,
                                        const FolderOptions& options, DigestCache& cache,
                                        WallTime now);

}  // namespace gotong::model
