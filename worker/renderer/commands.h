// The subcommands of gotong-renderer, one source file each. Each returns the process's exit code:
// 0 done, 1 the job failed, 2 bad input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/result.h"
#include "common/sampling/strength.h"
#include "worker/engine/model.h"
#include "worker/engine/request/order.h"

namespace gotong::renderer {

struct ServeOptions {
    int socket = 0;
    engine::DeviceOptions device;
    std::size_t batch = 0;  // Pictures painted at once; 0: as many as serve() thinks best.
    // Bytes of weights that stay loaded; absent: engine::default_model_memory().
    std::optional<std::uint64_t> model_memory;
};
int serve(const ServeOptions& options);

// The defaults are the pool's own.
struct RenderOptions {
    std::filesystem::path model;
    engine::DeviceOptions device;
    std::string prompt;
    std::string negative_prompt;
    std::optional<int> width;   // Absent: what the model was trained for.
    std::optional<int> height;  // The same.
    int steps = 25;
    double guidance = 5.0;
    std::string sampler = "dpmpp_2m";
    std::string schedule;  // Empty: the sampler's own.
    std::uint64_t seed = 0;
    std::optional<std::filesystem::path> from;  // A picture to begin with; may give the size.
    std::optional<std::filesystem::path> mask;
    double strength = sampling::kDefaultStrength;
    std::string strength_rule;  // Empty: a1111.
    std::optional<std::filesystem::path> latents_in;
    engine::Tiling tiling = engine::Tiling::automatic;
    std::optional<std::filesystem::path> dump;
    std::filesystem::path out = "picture.png";
};
int render(const RenderOptions& options);

struct TokensOptions {
    std::filesystem::path model;
    std::string tokenizer = "tokenizer";  // Its folder in the model's.
    bool padded = false;
};
int tokens(const TokensOptions& options);

int plan();

struct FitPreviewOptions {
    std::filesystem::path model;
    engine::DeviceOptions device;
};
int fit_preview(const FitPreviewOptions& options);

// Says on standard error what went wrong and returns the exit code for it.
int report(const Error& error);

}  // namespace gotong::renderer
