// renderer.proto to plain structs and back: the only place of the renderer that sees protobuf.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/result.h"
#include "common/sampling/strength.h"
#include "worker/engine/latent/preview.h"
#include "worker/engine/request/model_info.h"
#include "worker/engine/request/request.h"

namespace gotong::renderer {

using Tag = std::uint64_t;  // The daemon's name for a job.

// What a creator uploaded: files as they came, decoded when the job's turn has come.
struct OriginalFiles {
    std::string picture;
    std::string mask;  // Empty: none.
    double strength = 0;
    sampling::StrengthRule rule = sampling::StrengthRule::a1111;
};

struct LoadedModel {  // A model that is in memory.
    std::string model_dir;
    double load_ms = 0;  // What loading it took.

    bool operator==(const LoadedModel&) const = default;
};

struct RenderJob {
    Tag tag = 0;
    std::string model_dir;
    engine::Request request;
    std::optional<engine::LatentToRgb> preview;
    std::optional<OriginalFiles> original{};  // request.original is made of it.
};

// That will be made.
int steps_of(const RenderJob& job);

struct CancelJob {
    Tag tag = 0;
};
// A job that cannot even be queued: an unknown sampler, a size beyond int.
struct RefusedJob {
    Tag tag = 0;
    Error error;
};
using Command = std::variant<RenderJob, CancelJob, RefusedJob>;

// Error: invalid_argument for what is no command at all; the connection is then of no more use.
Result<Command> parse_command(std::string_view frame);

enum class JobPhase { loading, encoding, denoising, decoding };

struct Progress {
    JobPhase phase = JobPhase::loading;
    int step = 0;
    int steps = 0;
    std::optional<engine::Pixels> preview;
};

// `batch`: the most pictures that are painted at once.
std::string ready_event(const engine::DeviceInfo& device, std::size_t batch);
std::string progress_event(Tag tag, const Progress& progress);
std::string done_event(Tag tag, const engine::Picture& picture, double load_ms);
std::string loaded_event(const std::vector<LoadedModel>& models);
std::string failed_event(Tag tag, const Error& error);

}  // namespace gotong::renderer
