#include "worker/renderer/original.h"

#include <string_view>
#include <utility>

#include "common/picture/decode/fit.h"

namespace gotong::renderer {
namespace {

constexpr int kMaxSide = 4096;  // Of what the network makes.

Result<picture::Picture> decode(std::string_view file, const char* field) {
    auto decoded = picture::decode(as_bytes(file));
    if (decoded) return decoded;
    return fail(decoded.error().code, decoded.error().during(field).message, field);
}

std::string spelled(const picture::Size& size) {
    return std::to_string(size.width) + "x" + std::to_string(size.height);
}

}  // namespace

Result<engine::Original> decode_original(const OriginalFiles& files, int width, int height) {
    if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide)
        return fail(ErrorCode::invalid_argument,
                    "width and height must be 1 to " + std::to_string(kMaxSide), "size");
    const auto given = decode(files.picture, "original");
    if (!given) return Failure{given.error()};
    const picture::Size size{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
    engine::Original original{.picture = {width, height, picture::fitted(*given, size).rgb},
                              .strength = files.strength,
                              .rule = files.rule};
    if (files.mask.empty()) return original;
    const auto mask = decode(files.mask, "mask");
    if (!mask) return Failure{mask.error()};
    if (mask->size != given->size)
        return fail(ErrorCode::invalid_argument,
                    "mask is " + spelled(mask->size) + "; it must have its picture's size, " +
                        spelled(given->size),
                    "mask");
    original.mask = picture::fitted_mask(*mask, size);
    return original;
}

}  // namespace gotong::renderer
