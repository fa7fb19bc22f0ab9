// What goes into the engine and what comes out, in plain C++: no torch here, so that whoever asks
// for a picture never sees a tensor.
//
// Corridor: protocol/server -> [request/request] -> engine/pipeline
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/sampling/samplers.h"
#include "common/sampling/strength.h"

namespace gotong::engine {

using sampling::SamplerKind;
using sampling::ScheduleKind;
using sampling::StrengthRule;

// Row-major, 3 bytes a pixel.
struct Pixels {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;
};

// A picture to begin with: noised as far as `strength` says, then denoised again.
struct Original {
    Pixels picture;  // Of the request's size.
    // One byte a pixel: 0 keeps it, anything else has it painted anew. Empty: all is painted anew.
    std::vector<std::uint8_t> mask{};
    double strength = 0;  // 0 .. 1
    StrengthRule rule = StrengthRule::a1111;
};

// One picture. The pipeline checks it against the loaded model (sizes) and refuses what the
// engine cannot do; what the pool allows is narrower and the coordinator's affair.
struct Request {
    std::string prompt;           // UTF-8; what exceeds the tokenizer's length is cut off.
    std::string negative_prompt;  // UTF-8; ignored where guidance <= 1, or the model is told it.
    int width = 0;                // Pixels; a multiple of Model::info().size_multiple.
    int height = 0;               // Pixels; the same.
    int steps = 0;        // Of the whole way from noise: 1 .. the scheduler's num_train_timesteps.
    double guidance = 0;  // Classifier-free guidance scale; <= 1 leaves it out.
    SamplerKind sampler = SamplerKind::dpmpp_2m;
    ScheduleKind schedule = ScheduleKind::normal;
    std::uint64_t seed = 0;
    std::optional<Original> original{};
};

// Steps that are made: all, or with an original the last so many.
int steps_made(const Request& request);

// An fp32 tensor, row-major, seen in place: valid only during the call that hands it out.
struct TensorView {
    std::span<const float> values;
    std::span<const std::int64_t> shape;
};

// A tensor that owns its values: an initial latent, [1, channels, height / f, width / f].
struct Latent {
    std::vector<float> values;
    std::vector<std::int64_t> shape;
};

// What the text encoders made of the prompts, and what else the denoiser is told. Empty: the model
// has nothing of the kind.
struct Conditioning {
    struct Text {
        std::span<const std::int64_t> ids;    // Padded to the encoder's length; empty: left out.
        std::span<const std::int64_t> ids_2;  // Of a second tokenizer; the same.
        TensorView embeds;                    // [1, length, width]
        TensorView pooled;                    // [1, width]: the text as a whole.
    };
    Text prompt;
    Text negative;     // Empty without guidance.
    TensorView sizes;  // [1, 6], pixels: the original's height and width, the crop's, the result's.
};

// The sampler's latent after `step` steps; step 0 is the start.
struct StepView {
    int step = 0;
    int steps = 0;      // steps_made() of the request.
    TensorView latent;  // [1, channels, height, width]
};

enum class Phase { encoding, denoising, decoding };

// Watches one picture being made, on the thread that makes it. Progress, previews and dumps
// hang on this; none of them can change the picture.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void on_phase(Phase) {}
    virtual void on_conditioning(const Conditioning&) {}
    // What the denoiser returned at its `call` (1-based; some samplers call twice a step), before
    // guidance: [1 or 2, channels, h, w], the negative prompt's half first. Copied off the device
    // only for those who ask.
    virtual bool wants_model_output(int /*call*/) const { return false; }
    virtual void on_model_output(int /*call*/, const TensorView&) {}
    virtual void on_original(const TensorView&) {}  // Its latent, [1, channels, h, w].
    virtual void on_latent(const StepView&) {}      // steps_made() + 1 times.
    virtual void on_image(const TensorView&) {}     // [1, 3, height, width], 0 .. 1
};

struct StageTimes {
    double text_ms = 0;
    double denoise_ms = 0;
    double decode_ms = 0;
};

struct Picture {
    Pixels pixels;
    std::array<std::uint8_t, 32> trajectory_root{};  // RFC 6962 root over the latents' leaves.
    std::uint32_t trajectory_leaves = 0;             // steps_made() + 1
    StageTimes times;
    // What was done to save memory and changed pixels, as receipts say it: "vae-tiling=64/0.25"
    std::vector<std::string> notes{};
};

}  // namespace gotong::engine
