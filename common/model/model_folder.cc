#include "common/model/model_folder.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/file/file.h"
#include "common/json/strict.h"
#include "common/model/licence.h"
#include "common/text/plain_name.h"

namespace gotong::model {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kMaxConfig = 1U << 20U;
constexpr std::uint32_t kMaxOverDefault = 4;  // Further from its training, a model repeats itself.
constexpr std::uint32_t kMaxSide = 2048;      // Attention's memory grows with the fourth power.
constexpr std::uint64_t kMaxBlocks = 8;       // Keeps the powers of two below small.

struct WeightsOf {
    const char* component;
    const char* file;
};
constexpr std::array kWeights{WeightsOf{"text_encoder", "model.safetensors"},
                              WeightsOf{"unet", "diffusion_pytorch_model.safetensors"},
                              WeightsOf{"vae", "diffusion_pytorch_model.safetensors"}};

// Older and newer exports hold different ones; the engine needs vocab.json + merges.txt or
// tokenizer.json, and reads the others where they are.
constexpr std::array kTokenizerFiles{"added_tokens.json",       "merges.txt",
                                     "special_tokens_map.json", "tokenizer.json",
                                     "tokenizer_config.json",   "vocab.json"};

Result<Json> read_config(const fs::path& file) {
    const Result<std::string> text = file::read_small(file, kMaxConfig);
    if (!text) return Failure{text.error()};
    Result<Json> config = json::parse_strict(*text, {.bytes = kMaxConfig});
    if (!config) return Failure{config.error().during(file.string())};
    if (!config->is_object()) {
        return fail(ErrorCode::invalid_argument, file.string() + ": must be a JSON object");
    }
    return config;
}

Result<std::string> family_of(const Json& index) {
    const auto name = index.find("_class_name");
    if (name != index.end() && *name == "StableDiffusionPipeline") return "sd1";
    const std::string found = name != index.end() && name->is_string() ? *name : "nothing";
    return fail(ErrorCode::unimplemented,
                "model_index.json names the pipeline " + found +
                    "; this version renders StableDiffusionPipeline (Stable Diffusion 1.x)",
                "_class_name");
}

// A file that cannot be looked at counts as absent; opening it then says why.
bool is_there(const fs::path& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
}

bool has_pickle(const fs::path& folder) {
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const std::string kind = entry->path().extension().string();
        if (kind == ".bin" || kind == ".ckpt" || kind == ".pt" || kind == ".pth") return true;
    }
    return false;
}

// The files' paths, relative and sorted.
Result<std::vector<std::string>> needed_files(const fs::path& folder) {
    std::vector<std::string> paths{"model_index.json", "scheduler/scheduler_config.json"};
    for (const auto& [component, file] : kWeights) {
        const std::string prefix = std::string(component) + "/";
        if (!is_there(folder / component / file) && has_pickle(folder / component)) {
            return fail(ErrorCode::permission_denied,
                        prefix +
                            " holds weights as a pickle, which can run code when it is read; "
                            "convert them to " +
                            prefix + file);
        }
        paths.push_back(prefix + "config.json");
        paths.push_back(prefix + file);
    }
    for (const char* file : kTokenizerFiles) {
        if (is_there(folder / "tokenizer" / file)) {
            paths.push_back(std::string("tokenizer/") + file);
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

bool is_inside(const fs::path& file, const fs::path& folder) {
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return end == folder.end() && rest != file.end();
}

Result<ModelFile> read_file(const fs::path& folder, const std::string& path, DigestCache& cache,
                            WallTime now) {
    std::error_code failed;
    const fs::path real = fs::canonical(folder / path, failed);
    if (failed) {
        return fail(ErrorCode::not_found,
                    "the model has no " + path + " (" + failed.message() + ")");
    }
    if (!is_inside(real, folder)) {
        return fail(ErrorCode::permission_denied,
                    path +
                        " is a link to a place outside the model's folder; copy the model with "
                        "its links followed: cp -rL");
    }
    if (!fs::is_regular_file(real, failed)) {
        return fail(ErrorCode::invalid_argument, path + " is not a regular file");
    }
    const std::uint64_t size = fs::file_size(real, failed);
    if (failed) return fail(ErrorCode::data_loss, "inspect " + path + ": " + failed.message());
    const Result<Digest> digest = cache.digest_of(real, now);
    if (!digest) return Failure{digest.error()};
    return ModelFile{path, size, *digest};
}

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

Result<> fill_sizes(const fs::path& folder, ModelManifest& manifest) {
    const Result<Json> unet = read_config(folder / "unet" / "config.json");
    if (!unet) return Failure{unet.error()};
    const Result<Json> vae = read_config(folder / "vae" / "config.json");
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

Result<std::string> name_for(const fs::path& folder, const FolderOptions& options) {
    std::string name = options.name.empty() ? folder.filename().string() : options.name;
    if (options.name.empty()) {
        std::transform(name.begin(), name.end(), name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
    }
    if (text::is_plain_name(name)) return name;
    return fail(
        ErrorCode::invalid_argument,
        "\"" + name +
            "\" cannot be a model's name: it must have 1 to 64 of a-z, 0-9, '.', "
            "'_', '-' and begin with a letter or digit; rename the folder or give another name",
        "name");
}

}  // namespace

Result<ModelManifest> read_model_folder(const fs::path& given, const FolderOptions& options,
                                        DigestCache& cache, WallTime now) {
    std::error_code failed;
    const fs::path folder = fs::canonical(given, failed);
    if (failed || !is_there(folder / "model_index.json")) {
        return fail(ErrorCode::not_found,
                    given.string() + " is not a model's folder: it has no model_index.json");
    }
    const Result<Json> index = read_config(folder / "model_index.json");
    if (!index) return Failure{index.error()};
    const Result<std::string> family = family_of(*index);
    if (!family) return Failure{family.error()};
    const Result<std::string> name = name_for(folder, options);
    if (!name) return Failure{name.error()};

    ModelManifest manifest;
    manifest.name = *name;
    manifest.family = *family;
    manifest.licence = options.licence.empty() ? licence_in(folder) : options.licence;
    if (manifest.licence.size() > kMaxLicence) {
        return fail(ErrorCode::invalid_argument,
                    "a licence's name may have at most 200 bytes, not " +
                        std::to_string(manifest.licence.size()),
                    "licence");
    }
    if (Result<> sizes = fill_sizes(folder, manifest); !sizes) return Failure{sizes.error()};
    const Result<std::vector<std::string>> paths = needed_files(folder);
    if (!paths) return Failure{paths.error()};
    for (const std::string& path : *paths) {
        Result<ModelFile> file = read_file(folder, path, cache, now);
        if (!file) return Failure{file.error()};
        manifest.files.push_back(*std::move(file));
    }
    return manifest;
}

}  // namespace gotong::model
