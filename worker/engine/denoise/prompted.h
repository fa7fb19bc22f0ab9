// What a UNet is told besides latent and timestep: worked out once a picture, the same at each
// step.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace gotong::engine {

// What a picture has to say, as the stages before the denoiser leave it: on the model's device, in
// its type.
struct Told {
    at::Tensor context;         // [rows, tokens, width]: the text, token by token.
    at::Tensor pooled;          // [rows, width]: the text as a whole; undefined in most families.
    std::vector<double> sizes;  // kAddedSizes of them, for UNets that were trained to hear them.
    double guidance = 1;        // For those that are told the scale instead of being asked twice.
};

// Keys and values of the text for every cross attention, in the order in which the UNet runs
// through them.
struct TextKeys {
    struct Pair {
        at::Tensor keys;    // [rows, tokens, channels]
        at::Tensor values;  // The same.
    };
    std::vector<Pair> pairs;
};

// The same as the UNet takes it in. Undefined tensors: it knows nothing of the kind.
struct Prompted {
    TextKeys text;
    at::Tensor added;     // [rows, time width]; joins the timestep's vector.
    at::Tensor guidance;  // [rows, channels]; joins the timestep's waves.
};

// The rows of several pictures, one after the other, for one call of the denoiser.
Prompted stacked(const std::vector<const Prompted*>& pictures);

}  // namespace gotong::engine
