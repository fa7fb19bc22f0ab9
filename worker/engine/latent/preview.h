// A small picture of a latent for a few multiplications: rgb = channels x matrix + bias, one pixel
// per latent cell. The map is fitted once per autoencoder, when a model is added. No torch here.
#pragma once

#include <span>
#include <vector>

#include "common/result.h"
#include "worker/engine/request/request.h"

namespace gotong::engine {

struct LatentToRgb {
    std::vector<float> matrix;  // Row-major, a row of 3 for each latent channel.
    std::vector<float> bias;    // 3
};

// latent: [1, channels, h, w], with as many channels as the map has rows; rgb is clamped to 0..1.
Result<Pixels> preview(const LatentToRgb& map, const TensorView& latent);

// The least-squares map from latents to their decoded pictures, averaged over each cell's pixels.
// Takes pairs of (latent, picture); every picture is `factor` times as wide and high as its latent.
struct PreviewSample {
    Latent latent;
    Pixels picture;
};
Result<LatentToRgb> fit_preview(std::span<const PreviewSample> samples);

}  // namespace gotong::engine
