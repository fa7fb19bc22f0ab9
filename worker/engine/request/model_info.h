// Where to compute, what that is, and what a loaded model can be asked for: plain structs, so that
// whoever asks never sees torch.
#pragma once

#include <cstdint>
#include <string>

namespace gotong::engine {

// What a process should compute on.
struct DeviceOptions {
    enum class Kind { automatic, cpu, cuda };
    enum class Precision { automatic, fp32, fp16, bf16 };

    Kind kind = Kind::automatic;  // CUDA where libtorch and the machine have it.
    // Of text encoder and denoiser; automatic: fp32 on the CPU, fp16 on CUDA.
    Precision precision = Precision::automatic;
    int threads = 0;  // CPU threads of libtorch's pool; 0: libtorch's own choice.
};

// What a process computes on.
struct DeviceInfo {
    std::string device;              // "cpu", or "cuda:0" and the driver's name for it
    std::string precision;           // "fp32", "fp16", "bf16"
    std::string libtorch;            // "2.13.0"
    std::uint64_t memory_bytes = 0;  // All of the device's; 0: its driver does not say.
};

// What a request must fit.
struct ModelInfo {
    int default_width = 0;  // Pixels; what the model was trained for.
    int default_height = 0;
    int size_multiple = 0;  // Width and height must be multiples of it.
    int latent_factor = 0;  // Pixels per latent cell, each way.
    int latent_channels = 0;
    int max_steps = 0;  // The scheduler's num_train_timesteps.
    // What an inpainting model sees beside the latent: a mask and the masked picture's latent.
    int extra_channels = 0;
    bool can_encode = false;  // A picture can be given to begin with.
    // The denoiser is told the guidance scale, and there is no negative prompt: a latent
    // consistency model.
    bool is_told_guidance = false;
    std::uint64_t weight_bytes = 0;  // That its weights take on the device, about.
};

}  // namespace gotong::engine
