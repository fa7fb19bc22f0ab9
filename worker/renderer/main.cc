// gotong-renderer: the process that holds libtorch. No network, no keys, no database.
#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <span>

#include "common/sampling/samplers.h"
#include "worker/renderer/commands.h"

namespace gotong::renderer {
namespace {

constexpr int kBadInput = 2;
constexpr int kMaxThreads = 1024;
constexpr std::size_t kMaxBatch = 64;  // As many as a worker may have slots.
constexpr double kGibi = 1U << 30U;
constexpr double kMostGibi = 65'536;

void add_model(CLI::App& command, std::filesystem::path& model) {
    command.add_option("--model", model, "A diffusers folder, or a .safetensors checkpoint")
        ->required();
}

void add_device(CLI::App& command, engine::DeviceOptions& device) {
    using Kind = engine::DeviceOptions::Kind;
    using Precision = engine::DeviceOptions::Precision;
    static const std::map<std::string, Kind> kinds{
        {"auto", Kind::automatic}, {"cpu", Kind::cpu}, {"cuda", Kind::cuda}};
    static const std::map<std::string, Precision> precisions{{"auto", Precision::automatic},
                                                             {"fp32", Precision::fp32},
                                                             {"fp16", Precision::fp16},
                                                             {"bf16", Precision::bf16}};
    command.add_option("--threads", device.threads, "CPU threads; 0: libtorch's own choice")
        ->check(CLI::Range(0, kMaxThreads));
    command.add_option("--device", device.kind, "auto, cpu or cuda")
        ->transform(CLI::CheckedTransformer(kinds));
    command.add_option("--precision", device.precision, "auto, fp32, fp16 or bf16")
        ->transform(CLI::CheckedTransformer(precisions));
}

void add_tiling(CLI::App& command, engine::Tiling& tiling) {
    using engine::Tiling;
    static const std::map<std::string, Tiling> tilings{
        {"auto", Tiling::automatic}, {"never", Tiling::never}, {"always", Tiling::always}};
    command
        .add_option("--vae-tiling", tiling,
                    "Decode in tiles: auto (where the whole does not fit), never or always")
        ->transform(CLI::CheckedTransformer(tilings));
}

// "640x512" into width and height; the complaint, or nothing.
std::string read_size(const std::string& text, RenderOptions& options) {
    int width = 0;
    int height = 0;
    int end = 0;
    const int read = std::sscanf(text.c_str(), "%6dx%6d%n", &width, &height, &end);
    if (read != 2 || static_cast<std::size_t>(end) != text.size())
        return "--size is \"" + text + "\", but must be like 512x512";
    options.width = width;
    options.height = height;
    return {};
}

// CLI11 would take -1 for the largest seed.
bool read_seed(const std::string& text, std::uint64_t& seed) {
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, seed);
    return error == std::errc{} && rest == end;
}

template <class Facts>
std::string names_of(std::span<const Facts> table) {
    std::string names;
    for (const Facts& it : table) names += (names.empty() ? "" : ", ") + std::string(it.name);
    return names;
}

void add_render(CLI::App& app, RenderOptions& options, int& code) {
    CLI::App& command = *app.add_subcommand("render", "Render one picture, without a pool");
    add_model(command, options.model);
    add_device(command, options.device);
    command.add_option("--prompt", options.prompt, "What to draw")->required();
    command.add_option("--negative", options.negative_prompt, "What not to draw");
    auto* width = command.add_option("--width", options.width, "Pixels");
    auto* height = command.add_option("--height", options.height, "Pixels");
    command
        .add_option_function<std::string>(
            "--size",
            [&options](const std::string& text) {
                if (const auto wrong = read_size(text, options); !wrong.empty())
                    throw CLI::ValidationError(wrong);
            },
            "WIDTHxHEIGHT in pixels")
        ->excludes(width)
        ->excludes(height);
    command.add_option("--steps", options.steps, "Denoising steps")->capture_default_str();
    command.add_option("--guidance", options.guidance, "How strictly to follow the prompt")
        ->capture_default_str();
    command.add_option("--sampler", options.sampler, names_of(sampling::samplers()))
        ->capture_default_str();
    command.add_option("--schedule", options.schedule,
                       names_of(sampling::schedules()) + " (default: the sampler's own)");
    command.add_option_function<std::string>(
        "--seed",
        [&options](const std::string& text) {
            if (!read_seed(text, options.seed))
                throw CLI::ValidationError(
                    "--seed is \"" + text + "\", but must be 0 to " +
                    std::to_string(std::numeric_limits<std::uint64_t>::max()));
        },
        "Same seed, same picture [0]");
    auto* from = command.add_option(
        "--from", options.from, "A PNG, JPEG or WebP file to begin with; it gives the size, too");
    command.add_option("--mask", options.mask, "As large as that picture; white is painted anew")
        ->needs(from);
    command.add_option("--strength", options.strength, "How far the picture may change, 0 to 1")
        ->needs(from)
        ->capture_default_str();
    command
        .add_option("--strength-rule", options.strength_rule,
                    "How strength counts steps: a1111 (default), diffusers")
        ->needs(from);
    command.add_option("--latents-in", options.latents_in,
                       "Safetensors file whose \"latents\" to start from, scaled already; its "
                       "\"extra\", if any, stands beside them in an inpainting model's input");
    add_tiling(command, options.tiling);
    command.add_option("--dump", options.dump, "Folder for all intermediate tensors");
    command.add_option("--out", options.out, "The PNG to write")->capture_default_str();
    command.callback([&options, &code] { code = render(options); });
}

void add_serve(CLI::App& app, ServeOptions& options, int& code) {
    CLI::App& command = *app.add_subcommand("serve", "Render for the worker that started us");
    command.add_option("--fd", options.socket, "The inherited socket")->required();
    add_device(command, options.device);
    command
        .add_option("--batch", options.batch,
                    "Pictures of one model and size painted at once (0: as suits the device)")
        ->check(CLI::Range(std::size_t{0}, kMaxBatch));
    command
        .add_option_function<double>(
            "--model-memory",
            [&options](double gib) {
                options.model_memory = static_cast<std::uint64_t>(std::ceil(gib * kGibi));
            },
            "Most memory of the models that stay loaded, in GiB [half of the machine's; on a GPU "
            "four fifths of what is free]")
        ->check(CLI::Range(0.0, kMostGibi));
    command.callback([&options, &code] { code = serve(options); });
}

void add_tokens(CLI::App& app, TokensOptions& options, int& code) {
    CLI::App& command =
        *app.add_subcommand("tokens", "Texts on standard input to ids, one JSON array a line");
    add_model(command, options.model);
    command
        .add_option("--tokenizer", options.tokenizer,
                    "Which of the model's, by its folder: tokenizer or tokenizer_2")
        ->check(CLI::IsMember({"tokenizer", "tokenizer_2"}))
        ->capture_default_str();
    command.add_flag("--pad", options.padded, "Cut and pad to the model's length");
    command.callback([&options, &code] { code = tokens(options); });
}

void add_plan(CLI::App& app, int& code) {
    CLI::App& command = *app.add_subcommand(
        "plan", "What samplers do, as numbers: JSON lines in, JSON lines out (docs/samplers.md)");
    command.callback([&code] { code = plan(); });
}

void add_fit_preview(CLI::App& app, FitPreviewOptions& options, int& code) {
    CLI::App& command = *app.add_subcommand(
        "fit-preview", "Fit the latent-to-colour map that previews are made with; prints JSON");
    add_model(command, options.model);
    add_device(command, options.device);
    command.callback([&options, &code] { code = fit_preview(options); });
}

}  // namespace

int report(const Error& error) {
    std::fprintf(stderr, "gotong-renderer: %s\n", error.message.c_str());
    const bool bad_input = error.code == ErrorCode::invalid_argument ||
                           error.code == ErrorCode::not_found ||
                           error.code == ErrorCode::unimplemented;
    return bad_input ? kBadInput : EXIT_FAILURE;
}

}  // namespace gotong::renderer

int main(int argc, char** argv) {
    namespace renderer = gotong::renderer;
    CLI::App app{"Draws pictures with libtorch"};
    app.set_version_flag("--version", "gotong-renderer " GOTONG_VERSION);
    app.require_subcommand(1);
    int code = EXIT_SUCCESS;
    renderer::RenderOptions render;
    renderer::ServeOptions serve;
    renderer::TokensOptions tokens;
    renderer::FitPreviewOptions fit_preview;
    renderer::add_render(app, render, code);
    renderer::add_serve(app, serve, code);
    renderer::add_tokens(app, tokens, code);
    renderer::add_plan(app, code);
    renderer::add_fit_preview(app, fit_preview, code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? EXIT_SUCCESS : renderer::kBadInput;
    }
    return code;
}
