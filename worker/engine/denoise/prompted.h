// What a UNet is told besides latent and timestep: worked out once a picture, the same at each
// step.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace gotong::engine {

// Keys and values of the text for every cross attention, in the order in which the UNet runs
// through them.
struct TextKeys {
    struct Pair {
        at::Tensor keys;    // [rows, tokens, channels]
        at::Tensor values;  // The same.
    };
    std::vector<Pair> pairs;
};

struct Prompted {
    TextKeys text;
};

// The rows of several pictures, one after the other, for one call of the denoiser.
Prompted stacked(const std::vector<const Prompted*>& pictures);

// Copies whose tensors are their own.
Prompted cloned(const Prompted& prompted);
bool have_same_shapes(const Prompted& a, const Prompted& b);
void copy_into(Prompted& to, const Prompted& from);

}  // namespace gotong::engine
