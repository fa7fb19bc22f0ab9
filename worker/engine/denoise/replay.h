// The denoiser's calls on CUDA, recorded once for each shape and replayed from then on.
//
// A call is a thousand small kernels. On a fast GPU each is done before the next has been launched,
// so a step waits for the processor; a CUDA graph launches them all at once. The kernels and their
// results are the same. Elsewhere, and in builds without CUDA's headers, calls pass through.
//
// One thread at a time.
//
// Corridor: engine/batch -> [denoise/replay] -> denoise/unet
#pragma once

#include <memory>

#include "worker/engine/denoise/unet.h"

namespace gotong::engine {

class Replay {
  public:
    Replay();
    ~Replay();
    Replay(Replay&&) noexcept;
    Replay& operator=(Replay&&) noexcept;

    // unet(latent, waves, prompted). The result is valid until the next call. A shape's first call
    // costs three, and its graph keeps the memory of one; the oldest of more than kMostShapes goes.
    at::Tensor operator()(Unet& unet, const at::Tensor& latent, const at::Tensor& waves,
                          const Prompted& prompted);

    // Frees all graphs and their memory. False when there was none.
    bool forget();

    static constexpr std::size_t kMostShapes = 4;

  private:
    class Recording;
    struct Recordings;
    std::unique_ptr<Recordings> recordings_;
};

}  // namespace gotong::engine
