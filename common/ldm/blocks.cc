#include "common/ldm/blocks.h"

#include "common/ldm/shapes.h"

namespace gotong::ldm {
namespace {

Block at_level(std::size_t level) {
    Block block;
    block.level = level;
    return block;
}

// input_blocks.0 is the first convolution.
std::vector<Block> blocks_down(const Checkpoint& checkpoint) {
    const Shapes shapes(checkpoint.header);
    const std::string all = checkpoint.unet_prefix + "input_blocks.";
    std::vector<Block> blocks;
    Block next;
    for (std::size_t i = 1; i < shapes.numbered(all); ++i) {
        const std::string prefix = all + std::to_string(i) + ".";
        Block block = next;
        block.name = "input_blocks." + std::to_string(i) + ".";
        const bool halves = shapes.exists(prefix + "0.op.weight");
        block.resnet = !halves;
        block.attention = has_prefix(checkpoint.header, prefix + "1.");
        if (halves) block.resampler = "0.op.";
        blocks.push_back(block);
        if (halves)
            next = at_level(next.level + 1);
        else
            ++next.layer;
    }
    return blocks;
}

std::vector<Block> blocks_up(const Checkpoint& checkpoint) {
    const Shapes shapes(checkpoint.header);
    const std::string all = checkpoint.unet_prefix + "output_blocks.";
    std::vector<Block> blocks;
    Block next;
    for (std::size_t i = 0; i < shapes.numbered(all); ++i) {
        const std::string prefix = all + std::to_string(i) + ".";
        Block block = next;
        block.name = "output_blocks." + std::to_string(i) + ".";
        block.resnet = true;
        for (const char* place : {"1.conv.", "2.conv."})
            if (has_prefix(checkpoint.header, prefix + place)) block.resampler = place;
        block.attention =
            has_prefix(checkpoint.header, prefix + "1.") && block.resampler != "1.conv.";
        blocks.push_back(block);
        if (block.resampler.empty())
            ++next.layer;
        else
            next = at_level(next.level + 1);
    }
    return blocks;
}

}  // namespace

Result<UnetBlocks> unet_blocks(const Checkpoint& checkpoint) {
    UnetBlocks blocks{blocks_down(checkpoint), blocks_up(checkpoint), 0};
    if (blocks.down.empty() || blocks.up.empty())
        return fail(ErrorCode::invalid_argument, "its denoiser has no blocks");
    blocks.levels = blocks.down.back().level + 1;
    if (blocks.up.back().level + 1 != blocks.levels)
        return fail(ErrorCode::unimplemented, "its denoiser has " + std::to_string(blocks.levels) +
                                                  " levels on the way down "
                                                  "and " +
                                                  std::to_string(blocks.up.back().level + 1) +
                                                  " on the way up");
    return blocks;
}

}  // namespace gotong::ldm
