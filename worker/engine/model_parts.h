// The modules of a loaded model. Needs torch; everybody else sees model.h.
#pragma once

#include <functional>
#include <optional>

#include "worker/engine/decode/vae.h"
#include "worker/engine/denoise/replay.h"
#include "worker/engine/denoise/unet.h"
#include "worker/engine/encode/text_stack.h"
#include "worker/engine/encode/vae_encoder.h"
#include "worker/engine/layers/weights.h"
#include "worker/engine/model.h"
#include "worker/engine/sample/schedule.h"

namespace gotong::engine {

struct Model::Parts {
    Placement placement;  // Of text encoder and denoiser; the decoder computes in fp32 there.
    ModelInfo info;
    TextStack text;
    Unet unet;
    VaeDecoder decoder;
    std::optional<VaeEncoder> encoder;  // In fp32, too. Empty: the folder has none.
    SchedulerConfig scheduler;
    Replay replay{};
    std::function<bool()> on_want{};  // Model::on_want()
};

}  // namespace gotong::engine
