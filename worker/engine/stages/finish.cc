#include "worker/engine/stages/finish.h"

#include <ATen/Functions.h>

#include "worker/engine/stages/tensors.h"

namespace gotong::engine {

Result<at::Tensor> decode_latent(Model::Parts& model, const at::Tensor& latent) {
    const at::Tensor decoded = plain(model.decoder(latent.to(model.placement.device)));
    if (!is_finite(decoded)) {
        return fail(ErrorCode::internal, "the decoded picture is not finite");
    }
    return (decoded / 2 + 0.5).clamp(0, 1);
}

Pixels to_pixels(const at::Tensor& image) {
    const at::Tensor bytes =
        (image * 255).round().to(at::kByte).squeeze(0).permute({1, 2, 0}).contiguous();
    const std::uint8_t* first = bytes.const_data_ptr<std::uint8_t>();
    return {static_cast<int>(image.size(3)),
            static_cast<int>(image.size(2)),
            {first, first + bytes.numel()}};
}

}  // namespace gotong::engine
