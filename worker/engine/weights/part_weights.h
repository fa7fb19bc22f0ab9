// The tensors of one part of a model under their names in the diffusers layout, wherever they lie:
// one file, several shards, or among all others in a checkpoint. They are views into the mapped
// files; what had to be turned around is kept beside them.
#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "common/ldm/names.h"
#include "common/model/part_files.h"
#include "common/result.h"
#include "worker/engine/weights/safetensors.h"

namespace gotong::engine {

class PartWeights {
  public:
    // The files of `folder`/`part`. Errors: those of SafetensorsFile::open(); invalid_argument
    // where shards and index contradict: a tensor that another shard should have, that the index
    // does not know, or that is nowhere.
    static Result<PartWeights> from_files(const std::filesystem::path& folder,
                                          const std::string& part, const model::PartFiles& files);

    // What belongs to `part` in a checkpoint called `file_name`. Errors: invalid_argument for two
    // tensors of one name, and for shapes that the layout does not have.
    static Result<PartWeights> from_checkpoint(std::shared_ptr<const SafetensorsFile> file,
                                               const std::string& file_name,
                                               const ldm::NameMap& names, const std::string& part);

    // Live as long as this object.
    const TensorTable& tensors() const { return tensors_; }

    // The file that the entry lies in; null for what had to be turned around.
    std::shared_ptr<const SafetensorsFile> file_of(const TensorEntry& entry) const;

    // The entry has been read: its pages leave our memory, so that loading a part does not hold it
    // twice. Reading it again works.
    void release(const TensorEntry& entry) const {
        if (const auto file = file_of(entry)) file->release(entry.bytes);
    }

    // For error messages: "unet/diffusion_pytorch_model.safetensors".
    const std::string& name() const { return name_; }

  private:
    explicit PartWeights(std::string name) : name_(std::move(name)) {}
    Result<> add(const std::string& from, const TensorEntry& entry, const ldm::Target& target);
    Result<> add_thirds(const std::string& name, const TensorEntry& entry);
    Result<> add_transposed(const std::string& name, const TensorEntry& entry);
    Result<> insert(const std::string& name, TensorEntry entry);

    std::string name_;
    TensorTable tensors_;
    std::vector<std::shared_ptr<const SafetensorsFile>> files_;
    std::list<std::vector<std::uint8_t>> turned_;
};

}  // namespace gotong::engine
