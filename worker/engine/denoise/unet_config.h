// What unet/config.json of a UNet2DConditionModel says, as far as the engine has it. No torch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"
#include "worker/engine/weights/config.h"

namespace gotong::engine {

// One resolution of the UNet, downwards; the way up mirrors it.
struct UnetLevel {
    std::int64_t channels = 0;
    int layers = 0;               // Resnets on the way down; one more on the way up.
    bool attention_down = false;  // A transformer after each of them.
    bool attention_up = false;
    std::int64_t heads = 0;      // Of its transformers.
    std::int64_t context = 0;    // Width of the text embeddings they attend to.
    int transformer_layers = 0;  // Transformer blocks in each.
};

// How many sizes an added embedding hears, in pixels: height and width of the original, top and
// left of the crop, height and width of the result.
inline constexpr std::int64_t kAddedSizes = 6;

struct UnetConfig {
    int sample_width = 0;  // Latent cells it was trained for; 0: the config is silent.
    int sample_height = 0;
    std::int64_t in_channels = 0;
    std::int64_t out_channels = 0;
    std::vector<UnetLevel> levels;
    std::int64_t groups = 0;
    double epsilon = 0;
    int downsample_padding = 1;
    bool linear_projection = false;  // Linear instead of 1x1 convolutions around transformers.
    bool flip_sin_to_cos = true;
    double freq_shift = 0;
    std::int64_t added_width = 0;       // Of the text as a whole and kAddedSizes; 0: not told them.
    std::int64_t added_size_width = 0;  // Of each size among it.
    std::int64_t guidance_width = 0;    // Of the guidance scale; 0: not told it.

    // Width of the time embedding.
    std::int64_t time_width() const { return 4 * levels.front().channels; }
    // The latent's sides must be multiples of it.
    int size_multiple() const { return 1 << (levels.size() - 1); }
};

// Errors: invalid_argument (type, range, lengths that contradict), unimplemented (a kind of UNet
// that the engine does not have); both name file and key.
Result<UnetConfig> read_unet_config(ConfigReader& config);

}  // namespace gotong::engine
