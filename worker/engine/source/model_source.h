// Where a model's configs, weights and tokenizers come from. Every layout reads as if it were a
// diffusers folder (common/model/model_view.h names the layouts), so that whoever builds the
// modules need not care. No torch.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/ldm/names.h"
#include "common/model/model_view.h"
#include "common/result.h"
#include "worker/engine/sample/schedule.h"
#include "worker/engine/text/clip_bpe.h"
#include "worker/engine/weights/config.h"
#include "worker/engine/weights/part_weights.h"

namespace gotong::engine {

// Names in error messages are as in a folder ("unet/config.json"); of a checkpoint, with its file's
// name in front.
class ModelSource {
  public:
    // `path`: a folder or a checkpoint. Errors: those of ModelView::open(), SafetensorsFile::open()
    // and NameMap::of().
    static Result<ModelSource> open(const std::filesystem::path& path);

    // model_index.json: which parts there are.
    Result<ConfigReader> index() const { return read_config("model_index.json"); }

    // Of "unet", "vae", "text_encoder", "text_encoder_2".
    Result<ConfigReader> config(const std::string& part) const {
        return read_config(part + "/config.json");
    }
    // Views: keep the result for as long as they are used, the source need not stay.
    Result<PartWeights> weights(const std::string& part) const;

    // "tokenizer", "tokenizer_2".
    Result<ClipTokenizer> tokenizer(const std::string& name) const;

    Result<SchedulerConfig> scheduler() const;

  private:
    explicit ModelSource(model::ModelView view) : view_(std::move(view)) {}
    Result<> open_checkpoint();
    Result<ConfigReader> read_config(const std::string& path) const;
    std::string shown(const std::string& path) const;

    model::ModelView view_;
    std::shared_ptr<const SafetensorsFile> checkpoint_;  // Of a single-file model.
    std::optional<ldm::NameMap> names_;
};

}  // namespace gotong::engine
