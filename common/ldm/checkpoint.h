// A single-file checkpoint in the ldm layout, the one that Stable Diffusion was first published in:
// the tensors of all parts in one safetensors file, under the names of the training code, and no
// configs. Everything that a diffusers folder would say follows from names and shapes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/safetensors/header.h"

namespace gotong::ldm {

enum class Base { sd1, sd2, sdxl };

// A text encoder as such a file holds it.
struct EncoderPlace {
    std::string part;                // "text_encoder"
    std::string prefix;              // "cond_stage_model.transformer."
    bool open_clip = false;          // OpenCLIP's names and layout; else those of transformers.
    std::size_t dropped_layers = 0;  // Last ones that no picture passes through.
};

struct Checkpoint {
    safetensors::Header header;
    Base base = Base::sd1;
    bool inpaint = false;  // The denoiser takes a mask and the masked picture too.
    int side = 0;          // Pixels that it was trained on, each way.
    bool v_prediction = false;
    bool zero_terminal_snr = false;  // Trained on a schedule that ends at pure noise.
    std::string unet_prefix;         // "model.diffusion_model."
    std::string vae_prefix;          // "first_stage_model."
    std::vector<EncoderPlace> encoders;

    std::string family() const;  // "sdxl-inpaint"
};

// What a file with this header is. `global_step`: the value of that tensor, where there is one.
//
// Errors: unimplemented for another kind of model, which is named; invalid_argument for a file that
// lacks a part.
Result<Checkpoint> describe(safetensors::Header header, std::optional<std::int64_t> global_step);

// The same of a file on disk. Errors name the file. Cost: reads its header.
Result<Checkpoint> open_checkpoint(const std::filesystem::path& file);

}  // namespace gotong::ldm
