// From the files that a creator uploaded to what the engine begins with. In the renderer's process,
// which holds no keys: the files are a stranger's.
//
// Corridor: protocol/server -> [renderer/original] -> request/request
#pragma once

#include "common/result.h"
#include "worker/engine/request/request.h"
#include "worker/renderer/protocol/wire.h"

namespace gotong::renderer {

// The picture, and the mask with it, brought to width x height pixels (common/picture/decode/fit).
// Errors: invalid_argument, `original` or `mask`: no picture that is taken, or a mask of another
// size than its picture.
Result<engine::Original> decode_original(const OriginalFiles& files, int width, int height);

}  // namespace gotong::renderer
