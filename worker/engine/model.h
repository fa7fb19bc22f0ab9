// A loaded model: its files, in any layout that source/model_source.h reads, turned into modules on
// one device. Everything follows from the configs; no model's name is known here. A value in them
// that the engine does not support is an `unimplemented` error that names file and key.
//
// One picture at a time: a Model may move between threads but is never used from two at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "common/result.h"
#include "worker/engine/request/model_info.h"

namespace gotong::engine {

// What models may hold on a device by default, bytes: half of all plain memory; on CUDA four fifths
// of what is free. Error: as describe_device().
Result<std::uint64_t> default_model_memory(const DeviceOptions& options);

// What this process will compute on, for a hello message; loads nothing.
// Error: failed_precondition when CUDA is asked for and there is none.
Result<DeviceInfo> describe_device(const DeviceOptions& options);

class Model {
  public:
    // Reads and checks all files of the model at `path`, a folder or a checkpoint, and puts the
    // weights on the device. Errors: not_found (a file), invalid_argument (a broken file or
    // config), unimplemented (a kind of part the engine does not have), resource_exhausted
    // (memory; when the weights cannot fit, before any is read). Cost: reads every weight once; the
    // files may be removed afterwards, unless memory runs short (put_away_texts()).
    static Result<std::unique_ptr<Model>> load(const std::filesystem::path& path,
                                               const DeviceOptions& options);
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    // What the weights of the model at `path` will take on the device, bytes, by the headers of its
    // files. Errors as load(), of what it reads.
    static Result<std::uint64_t> weigh(const std::filesystem::path& path,
                                       const DeviceOptions& options);

    const ModelInfo& info() const;

    // How often a text was encoded: not those that it remembered.
    std::uint64_t texts_encoded() const;

    // Gives up the text encoders' memory: a tenth of Stable Diffusion 1, a quarter of XL. The next
    // new text reads them again from the model's files, which must still be there. False when there
    // was nothing to give up.
    bool put_away_texts();

    // `free` is called, by the thread that uses the model, when its memory does not suffice: to
    // give up what others hold. True when something was given up.
    void on_want(std::function<bool()> free);

    struct Parts;  // Modules; defined in model_parts.h, which needs torch.
    Parts& parts() { return *parts_; }

  private:
    explicit Model(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace gotong::engine
