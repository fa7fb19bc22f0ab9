// The engine alone: one picture from the command line, no pool.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "common/file/file.h"
#include "common/picture/decode/fit.h"
#include "common/sampling/choose.h"
#include "worker/engine/pipeline.h"
#include "worker/engine/weights/safetensors.h"
#include "worker/image/png.h"
#include "worker/renderer/commands.h"
#include "worker/renderer/dump.h"
#include "worker/renderer/original.h"

namespace gotong::renderer {
namespace {

using engine::Latent;

Result<std::string> read_picture(const std::filesystem::path& path) {
    return file::read_small(path, picture::kMaxFileBytes);
}

Result<std::optional<OriginalFiles>> read_original(const RenderOptions& options) {
    if (!options.from) return std::nullopt;
    const auto rule = sampling::strength_rule_named(options.strength_rule);
    if (!rule) return Failure{rule.error()};
    auto given = read_picture(*options.from);
    if (!given) return Failure{given.error()};
    auto mask = options.mask ? read_picture(*options.mask) : Result<std::string>{};
    if (!mask) return Failure{mask.error()};
    return OriginalFiles{.picture = *std::move(given),
                         .mask = *std::move(mask),
                         .strength = options.strength,
                         .rule = *rule};
}

// The original's own size, to the nearest that the model takes.
Result<> take_size(const OriginalFiles& files, const RenderOptions& options,
                   const engine::ModelInfo& model, engine::Request& request) {
    const auto size = picture::read_size(as_bytes(files.picture));
    if (!size) return Failure{size.error()};
    const auto side = [&](std::uint32_t pixels) {
        const int multiple = model.size_multiple;
        const int rounded = (static_cast<int>(pixels) + multiple / 2) / multiple * multiple;
        return std::max(rounded, multiple);
    };
    request.width = options.width.value_or(side(size->width));
    request.height = options.height.value_or(side(size->height));
    return {};
}

Result<> begin_with(const OriginalFiles& files, const RenderOptions& options,
                    const engine::ModelInfo& model, engine::Request& request) {
    if (const auto sized = take_size(files, options, model, request); !sized) return sized;
    auto original = decode_original(files, request.width, request.height);
    if (!original) return Failure{original.error()};
    request.original = *std::move(original);
    return {};
}

Result<engine::Request> to_request(const RenderOptions& options, const engine::ModelInfo& model) {
    const auto choice = sampling::choose(options.sampler, options.schedule);
    if (!choice) return Failure{choice.error()};
    return engine::Request{.prompt = options.prompt,
                           .negative_prompt = options.negative_prompt,
                           .width = options.width.value_or(model.default_width),
                           .height = options.height.value_or(model.default_height),
                           .steps = options.steps,
                           .guidance = options.guidance,
                           .sampler = choice->sampler,
                           .schedule = choice->schedule,
                           .seed = options.seed};
}

// A tensor of the file by name; nullopt where there is none.
Result<std::optional<Latent>> read_tensor(const engine::SafetensorsFile& file,
                                          const std::string& name) {
    const auto found = file.tensors().find(name);
    if (found == file.tensors().end()) return std::nullopt;
    if (found->second.dtype != "F32")
        return fail(ErrorCode::invalid_argument, "\"" + name + "\" is not F32", "latents-in");
    Latent latent;
    latent.shape = found->second.shape;
    latent.values.resize(found->second.bytes.size() / sizeof(float));
    std::memcpy(latent.values.data(), found->second.bytes.data(), found->second.bytes.size());
    return latent;
}

// The order's tensors from --latents-in.
Result<> read_latents(const std::filesystem::path& path, engine::Order& order) {
    const auto file = engine::SafetensorsFile::open(path);
    if (!file) return Failure{file.error()};
    auto start = read_tensor(*file, "latents");
    if (!start) return Failure{start.error().during(path.string())};
    if (!*start)
        return fail(ErrorCode::invalid_argument,
                    path.string() + " holds no F32 tensor named \"latents\"", "latents-in");
    auto beside = read_tensor(*file, "extra");
    if (!beside) return Failure{beside.error().during(path.string())};
    order.start = *std::move(start);
    order.beside = *std::move(beside);
    return {};
}

Result<> write_png(const engine::Pixels& pixels, const std::filesystem::path& path) {
    const auto png = image::encode_png(static_cast<std::uint32_t>(pixels.width),
                                       static_cast<std::uint32_t>(pixels.height), pixels.rgb);
    if (!png) return Failure{png.error()};
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << *png << std::flush;
    if (!file) return fail(ErrorCode::unavailable, "cannot write " + path.string());
    return {};
}

void print_summary(const RenderOptions& options, const engine::Picture& picture, double load_ms) {
    const auto steps = static_cast<int>(picture.trajectory_leaves) - 1;
    std::printf(
        "%s: %d x %d, %d steps; load %.0f ms, text %.0f ms, denoise %.0f ms, decode %.0f ms",
        options.out.c_str(), picture.pixels.width, picture.pixels.height, steps, load_ms,
        picture.times.text_ms, picture.times.denoise_ms, picture.times.decode_ms);
    for (const std::string& note : picture.notes) std::printf("; %s", note.c_str());
    std::printf("\n");
}

Result<> render_to_file(const RenderOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    engine::Order order;
    if (options.latents_in)
        if (const auto read = read_latents(*options.latents_in, order); !read) return read;
    const auto files = read_original(options);
    if (!files) return Failure{files.error()};
    const auto model = engine::Model::load(options.model, options.device);
    if (!model) return Failure{model.error().during("load model")};
    const std::chrono::duration<double, std::milli> load = std::chrono::steady_clock::now() - begin;
    auto request = to_request(options, (*model)->info());
    if (!request) return Failure{request.error()};
    if (*files) {
        const auto begun = begin_with(**files, options, (*model)->info(), *request);
        if (!begun) return Failure{begun.error()};
    }
    order.request = *std::move(request);
    order.tiling = options.tiling;

    Dump dump;
    engine::Observer nobody;
    order.observer = options.dump ? &dump : &nobody;
    const auto picture = engine::paint(**model, std::move(order));
    if (!picture) return Failure{picture.error()};
    if (options.dump)
        if (const auto dumped = dump.write(*options.dump); !dumped) return dumped;
    if (const auto written = write_png(picture->pixels, options.out); !written) return written;
    print_summary(options, *picture, load.count());
    return {};
}

}  // namespace

int render(const RenderOptions& options) {
    const auto rendered = render_to_file(options);
    return rendered ? 0 : report(rendered.error());
}

}  // namespace gotong::renderer
