// The blocks of an ldm UNet. Its names count all blocks of a direction in one row
// ("input_blocks.4."), those of diffusers by level and layer ("down_blocks.1.resnets.0."); where a
// level ends is where a block changes the resolution.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/ldm/checkpoint.h"
#include "common/result.h"

namespace gotong::ldm {

struct Block {
    std::string name;       // "input_blocks.4."
    std::size_t level = 0;  // As diffusers counts: from the first block of the direction.
    std::size_t layer = 0;
    bool resnet = false;  // Else it only changes the resolution.
    bool attention = false;
    std::string resampler;  // "0.op." or "2.conv.", below the name; empty: none.
};

struct UnetBlocks {
    std::vector<Block> down;
    std::vector<Block> up;
    std::size_t levels = 0;
};

// Errors: unimplemented where the ways down and up have different numbers of levels.
Result<UnetBlocks> unet_blocks(const Checkpoint& checkpoint);

}  // namespace gotong::ldm
