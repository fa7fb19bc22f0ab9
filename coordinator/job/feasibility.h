// What a model in the catalogue can do, and whether a picture of some size is within it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::job {

struct ModelFacts {
    std::string name;
    std::string digest;                // Hexadecimal: of the manifest.
    std::uint32_t default_width = 0;   // Pixels.
    std::uint32_t default_height = 0;  // Pixels.
    std::uint32_t size_multiple = 1;   // Width and height are multiples of it, and no smaller.
    std::uint32_t max_width = 0;       // Pixels.
    std::uint32_t max_height = 0;      // Pixels.
    std::uint32_t cost = 1'000;        // Of a step, in thousandths of an SD 1.x step.
    std::uint64_t bytes = 0;           // Of all its files.
    bool needs_original = false;       // It was made for inpainting.
};

// The legal side nearest to `wanted`; of two equally near, the larger.
std::uint32_t nearest_side(std::uint32_t wanted, std::uint32_t multiple, std::uint32_t max);

// invalid_argument names the side, the limit and the nearest side that works.
Result<> check_size(const ModelFacts& model, std::uint32_t width, std::uint32_t height);

}  // namespace gotong::job
