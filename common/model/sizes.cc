#include "common/model/sizes.h"

#include <algorithm>
#include <utility>

#include "common/model/config_json.h"

namespace gotong::model {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kMaxOverDefault = 4;  // Further from its training, a model repeats itself.
constexpr std::uint32_t kMaxSide = 2048;      // Attention's memory grows with the fourth power.
constexpr std::uint64_t kMaxBlocks = 8;       // Keeps the powers of two below small.

Result<std::uint32_t> blocks_in(const Json& config, const char* file) {
    const auto blocks = config.find("block_out_channels");
    if (blocks == config.end() || !blocks->is_array() || blocks->empty() ||
        blocks->size() > kMaxBlocks) {
        return fail(ErrorCode::invalid_argument,
                    std::string(file) + ": block_out_channels must be a list of 1 to 8 numbers",
                    "block_out_channels");
    }
    return static_cast<std::uint32_t>(blocks->size());
}

// Height and width of the latent that the UNet was trained on.
Result<std::pair<std::uint32_t, std::uint32_t>> sample_size_in(const Json& unet) {
    const Json size = unet.value("sample_size", Json());
    const auto is_side = [](const Json& side) {
        return side.is_number_unsigned() && side.get<std::uint64_t>() >= 1 &&
               side.get<std::uint64_t>() <= kMaxSide;
    };
    if (is_side(size)) return std::pair{size.get<std::uint32_t>(), size.get<std::uint32_t>()};
    if (size.is_array() && size.size() == 2 && is_side(size[0]) && is_side(size[1])) {
        return std::pair{size[0].get<std::uint32_t>(), size[1].get<std::uint32_t>()};
    }
    return fail(ErrorCode::invalid_argument,
                "unet/config.json: sample_size must be a whole number from 1 to 2048",
                "sample_size");
}

std::uint32_t largest_side(std::uint32_t trained, std::uint32_t multiple) {
    const std::uint32_t wanted = std::max(trained, std::min(kMaxOverDefault * trained, kMaxSide));
    return wanted / multiple * multiple;
}

}  // namespace

Result<> fill_sizes(const ModelView& view, ModelManifest& manifest) {
    const Result<Json> unet = config_json(view, "unet/config.json");
    if (!unet) return Failure{unet.error()};
    const Result<Json> vae = config_json(view, "vae/config.json");
    if (!vae) return Failure{vae.error()};
    const auto unet_blocks = blocks_in(*unet, "unet/config.json");
    if (!unet_blocks) return Failure{unet_blocks.error()};
    const auto vae_blocks = blocks_in(*vae, "vae/config.json");
    if (!vae_blocks) return Failure{vae_blocks.error()};
    const auto trained = sample_size_in(*unet);
    if (!trained) return Failure{trained.error()};

    // Every block but the last halves the sides, in the autoencoder and then in the UNet.
    const std::uint32_t factor = 1U << (*vae_blocks - 1);
    manifest.size_multiple = factor << (*unet_blocks - 1);
    const auto rounded = [&](std::uint32_t latent_side) {
        const std::uint32_t side = latent_side * factor;
        return std::max(side / manifest.size_multiple, 1U) * manifest.size_multiple;
    };
    manifest.default_height = rounded(trained->first);
    manifest.default_width = rounded(trained->second);
    manifest.max_height = largest_side(manifest.default_height, manifest.size_multiple);
    manifest.max_width = largest_side(manifest.default_width, manifest.size_multiple);
    return {};
}

}  // namespace gotong::model
