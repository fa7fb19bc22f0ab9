// One picture under way: its sampler, what its denoiser is told, and the commitment to its latents.
// It never calls the denoiser: whoever drives it (engine/batch) asks for its rows and hands over
// the answer, so that several pictures can share one call.
//
// Corridor: stages/start -> [stages/painting] -> engine/batch
#pragma once

#include <chrono>
#include <optional>

#include "worker/engine/request/order.h"
#include "worker/engine/sample/sampler.h"
#include "worker/engine/stages/condition.h"
#include "worker/engine/stages/original.h"
#include "worker/engine/trajectory/trajectory.h"

namespace gotong::engine {

class Painting {
  public:
    // Encodes the texts and the original, and makes the start. `order` fits the model
    // (request/check.h).
    static Result<Painting> begin(Model::Parts& model, Order order);

    bool is_done() const { return sampler_.is_done(); }
    bool is_stopped() const { return order_.stop.stop_requested(); }
    const Order& order() const { return order_; }

    // The next call: one row, or the negative prompt's and the prompt's.
    at::Tensor input() const;  // [rows, channels + the model's extra ones, h, w], plain.
    std::int64_t rows() const { return is_guided_ ? 2 : 1; }
    double timestep() const { return sampler_.timestep(); }
    const Prompted& prompted() const { return prompted_; }

    // What the denoiser said about input(): [rows, channels, h, w], plain. Error: internal when the
    // latent is no longer finite.
    Result<> take(const at::Tensor& output);

    // Decodes. Errors: internal (not finite), and what the decoder throws.
    Result<Picture> finish(Model::Parts& model);

  private:
    Painting(Order order, bool is_guided, Prompted prompted, Sampler sampler)
        : order_(std::move(order)),
          is_guided_(is_guided),
          prompted_(std::move(prompted)),
          sampler_(std::move(sampler)) {}

    void keep_outside_mask();

    void show_latent();
    double lap();

    Order order_;
    bool is_guided_;
    Prompted prompted_;
    at::Tensor beside_;  // [1, k, h, w], plain: more channels of input(); undefined: none.
    Sampler sampler_;
    std::optional<EncodedOriginal> original_;
    Trajectory trajectory_;
    StageTimes times_;
    std::chrono::steady_clock::time_point lap_ = std::chrono::steady_clock::now();
};

}  // namespace gotong::engine
