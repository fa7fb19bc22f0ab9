#include "worker/engine/stages/original.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "worker/engine/stages/start.h"
#include "worker/engine/stages/tensors.h"

namespace gotong::engine {
namespace {

at::Tensor bytes_of(const std::vector<std::uint8_t>& bytes, at::IntArrayRef shape) {
    // from_blob() asks for a mutable pointer; nobody writes through it, and the conversion copies.
    return at::from_blob(const_cast<std::uint8_t*>(bytes.data()), shape,
                         at::TensorOptions(at::kByte))
        .to(at::kFloat);
}

// [1, 3, height, width], -1 .. 1
at::Tensor pixels_of(const Pixels& picture) {
    return bytes_of(picture.rgb, {1, picture.height, picture.width, 3}).permute({0, 3, 1, 2}) /
               255 * 2 -
           1;
}

// [1, 1, height, width], 0 or 1
at::Tensor pixel_mask(const Original& original) {
    return bytes_of(original.mask, {1, 1, original.picture.height, original.picture.width})
        .clamp(0, 1);
}

// A cell is painted anew when any of its pixels is: strokes thinner than a cell count, too.
at::Tensor cells_of(const at::Tensor& mask, int factor) {
    return mask.unflatten(3, {-1, factor}).unflatten(2, {-1, factor}).amax({3, 5});
}

at::Tensor encode(Model::Parts& model, const Request& request, const at::Tensor& picture,
                  std::uint32_t draw) {
    const auto device = model.placement.device;
    const int factor = model.info.latent_factor;
    const at::Tensor noise = seeded_noise(
        request, draw,
        {1, model.info.latent_channels, request.height / factor, request.width / factor});
    return plain((*model.encoder)(picture.to(device), noise.to(device)));
}

}  // namespace

Result<EncodedOriginal> encode_original(Model::Parts& model, const Request& request,
                                        Observer& observer) {
    const Original& original = *request.original;
    const at::Tensor picture = pixels_of(original.picture);
    EncodedOriginal encoded;
    encoded.latent = encode(model, request, picture, kOriginalDraw);
    encoded.noise = seeded_noise(request, 0, encoded.latent.sizes());
    if (!is_finite(encoded.latent))
        return fail(ErrorCode::internal, "the encoded original is not finite");
    observer.on_original(view(encoded.latent));
    if (original.mask.empty()) return encoded;
    const at::Tensor mask = pixel_mask(original);
    encoded.mask = cells_of(mask, model.info.latent_factor);
    if (model.info.extra_channels == 0) return encoded;
    const at::Tensor rest = encode(model, request, picture * (1 - mask), kMaskedDraw);
    encoded.beside = at::cat({encoded.mask, rest}, 1);
    return encoded;
}

at::Tensor noised(const EncodedOriginal& original, const Shares& level) {
    return original.latent * level.signal + original.noise * level.noise;
}

at::Tensor kept_outside(const EncodedOriginal& original, const at::Tensor& latent,
                        const Shares& level) {
    return (1 - original.mask) * noised(original, level) + original.mask * latent;
}

void restore_kept(const Original& original, Pixels& pixels) {
    for (std::size_t i = 0; i < original.mask.size(); ++i) {
        if (original.mask[i] != 0) continue;
        const auto at = static_cast<std::ptrdiff_t>(3 * i);
        std::copy_n(original.picture.rgb.begin() + at, 3, pixels.rgb.begin() + at);
    }
}

}  // namespace gotong::engine
