// The engine alone: one picture from the command line, no pool.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "common/sampling/choose.h"
#include "worker/engine/pipeline.h"
#include "worker/engine/weights/safetensors.h"
#include "worker/image/png.h"
#include "worker/renderer/commands.h"
#include "worker/renderer/dump.h"

namespace gotong::renderer {
namespace {

using engine::Latent;

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
    std::printf(
        "%s: %d x %d, %d steps; load %.0f ms, text %.0f ms, denoise %.0f ms, decode %.0f ms\n",
        options.out.c_str(), picture.pixels.width, picture.pixels.height, options.steps, load_ms,
        picture.times.text_ms, picture.times.denoise_ms, picture.times.decode_ms);
}

Result<> render_to_file(const RenderOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    engine::Order order;
    if (options.latents_in)
        if (const auto read = read_latents(*options.latents_in, order); !read) return read;
    const auto model = engine::Model::load(options.model, options.device);
    if (!model) return Failure{model.error().during("load model")};
    const std::chrono::duration<double, std::milli> load = std::chrono::steady_clock::now() - begin;
    auto request = to_request(options, (*model)->info());
    if (!request) return Failure{request.error()};
    order.request = *std::move(request);

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
