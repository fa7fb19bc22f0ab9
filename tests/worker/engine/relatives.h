// Relatives of the demo model: its weights in the shapes of other families, so that tests without
// Python meet what those have and it has not. They load and paint; what they paint means nothing.
#pragma once

#include "tests/worker/engine/demo_model.h"

namespace gotong::engine::test {

// Stable Diffusion XL: a second text encoder like the first, with a projection; wider contexts; an
// added embedding.
void make_xl(const ModelCopy& model);

// A latent consistency model: its denoiser is told the guidance scale.
void tell_guidance(const ModelCopy& model);

// An inpainting model: five more channels beside the latent's four.
void make_inpainting(const ModelCopy& model);

}  // namespace gotong::engine::test
