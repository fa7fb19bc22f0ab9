// A picture brought to the size of a job.
//
// The middle is kept: of the two sides the one that is too long is cut at both ends, so that the
// proportions are right, and what is left is resampled. A picture of the right size passes through
// untouched. All sums are of integers, so that every machine makes the same pixels.
#pragma once

#include "common/picture/decode/decode.h"

namespace gotong::picture {

struct Crop {
    std::uint32_t left = 0;
    std::uint32_t top = 0;
    Size size;
};

// The largest part of `from`, in its middle, with the proportions of `to`, to the nearest pixel.
Crop middle(const Size& from, const Size& to);

// By Lanczos's filter of three lobes, widened where the picture shrinks.
Picture fitted(const Picture& picture, const Size& to);

// A mask, as one byte a pixel: 1 where it is brighter than middle grey, else 0. The share of an
// area decides where it shrinks.
std::vector<std::uint8_t> fitted_mask(const Picture& mask, const Size& to);

}  // namespace gotong::picture
