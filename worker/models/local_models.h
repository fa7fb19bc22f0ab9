// The models on this machine, each known by the digest of its files.
//
// A digest stands for the bytes that were read, so a model that changes on disk is another model:
// verify() looks again before every job, cheaply while the files' stamps are unchanged, and hashes
// a changed file before any parser sees it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/model/digest_cache.h"
#include "common/model/manifest.h"
#include "common/result.h"
#include "common/time.h"

namespace gotong::models {

struct LocalModel {
    std::filesystem::path folder;  // Absolute; of a single-file model perhaps its file.
    model::ModelManifest manifest;
};

// Not for several threads at once.
class LocalModels {
  public:
    // `cache_file`: where digests are remembered between starts.
    explicit LocalModels(std::filesystem::path cache_file);

    // Finds every model that models_in(`root`) names (common/model/model_view.h). Returns one
    // sentence for each that cannot be used. Cost: reads every file that the cache does not know.
    Result<std::vector<std::string>> scan(const std::filesystem::path& root, WallTime now);

    const std::vector<LocalModel>& all() const { return models_; }

    // The model with this digest, whose files were just found to be those bytes. Errors: not_found;
    // data_loss naming the file, both digests and what to do.
    Result<LocalModel> verify(const std::string& digest_hex, WallTime now);

  private:
    Result<model::ModelManifest> read(const std::filesystem::path& path, WallTime now);

    std::filesystem::path cache_file_;
    model::DigestCache cache_;
    std::vector<LocalModel> models_;
};

// "model emoji: unet/config.json is 1f0c.., expected 77ab..": the first file in which `found`
// differs from `expected`, or empty when it has the same files.
std::string first_difference(const model::ModelManifest& expected,
                             const model::ModelManifest& found);

}  // namespace gotong::models
