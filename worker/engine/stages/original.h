// The second stage where a picture is given: what the steps need of it.
//
// Under a mask two kinds of model differ. One whose denoiser has channels for it sees the mask and
// what it leaves of the picture beside every latent. Any other paints all of the picture, and after
// every step what lies outside the mask is put back, noised as far as the rest. Either way the
// finished picture's pixels outside the mask are the original's own.
//
// Corridor: encode/vae_encoder -> [stages/original] -> stages/start
#pragma once

#include <ATen/core/Tensor.h>

#include "common/result.h"
#include "worker/engine/model_parts.h"
#include "worker/engine/request/request.h"
#include "worker/engine/sample/plan.h"

namespace gotong::engine {

// All tensors are plain.
struct EncodedOriginal {
    at::Tensor latent;  // [1, channels, h, w]
    at::Tensor noise;   // The same shape; the unit noise that it is noised with, draw 0.
    at::Tensor mask;    // [1, 1, h, w]: 1 is painted anew, 0 kept. Undefined without a mask.
    at::Tensor beside;  // [1, extra channels, h, w]. Undefined for models without such channels.
};

// Reports to observer.on_original(). Error: internal when the encoder's latent is not finite.
Result<EncodedOriginal> encode_original(Model::Parts& model, const Request& request,
                                        Observer& observer);

// As far into the noise as `level` says.
at::Tensor noised(const EncodedOriginal& original, const Shares& level);

// `latent` where the mask is, the original at the same level elsewhere.
at::Tensor kept_outside(const EncodedOriginal& original, const at::Tensor& latent,
                        const Shares& level);

// Puts the original's pixels back wherever its mask keeps them.
void restore_kept(const Original& original, Pixels& pixels);

}  // namespace gotong::engine
