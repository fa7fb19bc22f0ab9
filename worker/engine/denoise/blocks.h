// The UNet's levels: down (resnets, transformers, half the size), middle, and up again with what
// the way down left behind.
#pragma once

#include <optional>
#include <vector>

#include "worker/engine/denoise/attention.h"
#include "worker/engine/layers/resnet.h"

namespace gotong::engine {

// What every block needs at one step.
struct StepInput {
    const at::Tensor& time;  // silu of the time embedding, [rows, width].
    const TextKeys& text;
    std::size_t& next_text;  // Index of the next transformer's keys in `text`.
};

using Skips = std::vector<at::Tensor>;  // Pushed on the way down, popped on the way up.

// A resnet and, on levels that attend to the text, a transformer.
class Layer {
  public:
    // The `index`th of a block at `scope`; `in` channels come in, skips included.
    Layer(const Scope& scope, std::size_t index, const UnetConfig& config, const UnetLevel& level,
          std::int64_t in, bool attends);

    void add_text_keys(const at::Tensor& context, TextKeys& keys);
    at::Tensor operator()(const at::Tensor& x, const StepInput& step);

  private:
    ResnetBlock resnet_;
    std::optional<SpatialTransformer> transformer_;
};

class DownBlock {
  public:
    // Level `index` of the config.
    DownBlock(const Scope& scope, const UnetConfig& config, std::size_t index);

    void add_text_keys(const at::Tensor& context, TextKeys& keys);
    // Pushes each layer's output, and the smaller map at its end, onto `skips`.
    at::Tensor operator()(at::Tensor x, const StepInput& step, Skips& skips);

  private:
    at::Tensor halved(const at::Tensor& x);

    std::vector<Layer> layers_;
    std::optional<Conv2d> downsampler_;
    bool pad_right_and_bottom_;
};

class MiddleBlock {
  public:
    MiddleBlock(const Scope& scope, const UnetConfig& config);

    void add_text_keys(const at::Tensor& context, TextKeys& keys);
    at::Tensor operator()(const at::Tensor& x, const StepInput& step);

  private:
    ResnetBlock before_;
    SpatialTransformer transformer_;
    ResnetBlock after_;
};

class UpBlock {
  public:
    // `index` counts from the bottom, as the file's up_blocks do.
    UpBlock(const Scope& scope, const UnetConfig& config, std::size_t index);

    void add_text_keys(const at::Tensor& context, TextKeys& keys);
    // Pops one skip for each layer.
    at::Tensor operator()(at::Tensor x, const StepInput& step, Skips& skips);

  private:
    std::vector<Layer> layers_;
    std::optional<Upsampler> upsampler_;
};

}  // namespace gotong::engine
