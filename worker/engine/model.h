// A loaded model: a diffusers folder (model_index.json, each part's config.json, safetensors)
// turned into modules on one device. Everything follows from the configs; no model's name is
// known here. A value in them that the engine does not support is an `unimplemented` error that
// names file and key.
//
// One picture at a time: a Model may move between threads but is never used from two at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "common/result.h"

namespace gotong::engine {

struct DeviceOptions {
    enum class Kind { automatic, cpu, cuda };
    enum class Precision { automatic, fp32, fp16, bf16 };

    Kind kind = Kind::automatic;  // CUDA where libtorch and the machine have it.
    // Of text encoder and denoiser; automatic: fp32 on the CPU, fp16 on CUDA.
    Precision precision = Precision::automatic;
    int threads = 0;  // CPU threads of libtorch's pool; 0: libtorch's own choice.
};

// What the engine will compute on, for a hello message; loads nothing.
struct DeviceInfo {
    std::string device;              // "cpu", or "cuda:0" and the driver's name for it
    std::string precision;           // "fp32", "fp16", "bf16"
    std::string libtorch;            // "2.13.0"
    std::uint64_t memory_bytes = 0;  // All of the device's; 0: its driver does not say.
};
// Error: failed_precondition when CUDA is asked for and there is none.
Result<DeviceInfo> describe_device(const DeviceOptions& options);

// What a request must fit.
struct ModelInfo {
    int default_width = 0;  // Pixels; what the model was trained for.
    int default_height = 0;
    int size_multiple = 0;  // Width and height must be multiples of it.
    int latent_factor = 0;  // Pixels per latent cell, each way.
    int latent_channels = 0;
    int max_steps = 0;  // The scheduler's num_train_timesteps.
};

class Model {
  public:
    // Reads and checks all files of `diffusers_folder`, and puts the weights on the device.
    // Errors: not_found (a file), invalid_argument (a broken file or config), unimplemented (a kind
    // of part the engine does not have), resource_exhausted (memory).
    // Cost: reads every weight once; the files may be removed afterwards.
    static Result<std::unique_ptr<Model>> load(const std::filesystem::path& diffusers_folder,
                                               const DeviceOptions& options);
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const ModelInfo& info() const;

    struct Parts;  // Modules; defined in model_parts.h, which needs torch.
    Parts& parts() { return *parts_; }

  private:
    explicit Model(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace gotong::engine
