// Pictures of one model and one size that share the denoiser's calls. Each keeps its own sampler,
// timestep, prompt and seed, so a picture made among others is the one made alone, up to the
// rounding of the kernels. Pictures may come and go between calls.
//
// One thread at a time, and one Batch at a time for a Model.
//
// Corridor: stages/painting -> [engine/batch] -> denoise/unet
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/result.h"
#include "worker/engine/model.h"
#include "worker/engine/request/order.h"

namespace gotong::engine {

class Batch {
  public:
    using Ticket = std::uint64_t;  // Names a picture to whoever ordered it.
    struct Ended {
        Ticket ticket = 0;
        Result<Picture> picture;
    };

    // `model` outlives the batch.
    explicit Batch(Model& model);
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    std::size_t size() const;

    // Whether a picture made among others is the one made alone to the last bit: on a processor
    // with oneDNN, whose kernels sum a row in one order whatever lies beside it, and one thread,
    // since the matrix products of several divide their sums as they please.
    bool is_exact() const;

    // Whether a picture of this size could join now.
    bool takes(const Request& request) const;

    // Begins a picture: it takes part from the next step() on. Errors: those of text_to_image();
    // invalid_argument when it does not fit beside the others.
    Result<> join(Ticket ticket, Order order);

    // One call of the denoiser for all that are in. Returns those that ended with it: done, stopped
    // (cancelled) or failed. An exception out of libtorch fails them all.
    std::vector<Ended> step();

  private:
    struct Members;  // Needs torch.
    std::unique_ptr<Members> members_;
};

}  // namespace gotong::engine
