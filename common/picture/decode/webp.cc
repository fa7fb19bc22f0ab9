#include <webp/decode.h>

#include "common/picture/decode/codecs.h"

namespace gotong::picture {

Result<Size> webp_size(ByteView file) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(file.data(), file.size(), &features) != VP8_STATUS_OK)
        return refused("its WebP header is broken");
    if (features.has_animation != 0) return refused("it moves; only still pictures are taken");
    const Size size{static_cast<std::uint32_t>(features.width),
                    static_cast<std::uint32_t>(features.height)};
    if (const auto ok = check_size(size); !ok) return Failure{ok.error()};
    return size;
}

Result<Picture> decode_webp(ByteView file) {
    const auto size = webp_size(file);
    if (!size) return Failure{size.error()};
    std::vector<std::uint8_t> rgba(std::size_t{4} * size->width * size->height);
    const auto stride = static_cast<int>(4 * size->width);
    if (WebPDecodeRGBAInto(file.data(), file.size(), rgba.data(), rgba.size(), stride) == nullptr)
        return refused("its WebP data is broken or cut short");
    return on_white(*size, rgba);
}

}  // namespace gotong::picture
