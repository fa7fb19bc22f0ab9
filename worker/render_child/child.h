// One running gotong-renderer: its process, its socket, and what it said of itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/result.h"
#include "worker/job/job.h"
#include "worker/render_child/frame_socket.h"
#include "worker/render_child/process.h"

namespace gotong::render_child {

struct LoadedModel {                    // In a renderer's memory.
    std::filesystem::path folder;       // worker::Job::model_dir
    std::chrono::milliseconds load{0};  // What loading it took.
};
// Called from a thread of the renderer's whenever that changed. Must return quickly.
using OnLoaded = std::function<void(const std::vector<LoadedModel>&)>;

struct RendererOptions {
    std::filesystem::path program;  // Absolute: gotong-renderer, next to our own program.
    std::uint32_t threads = 0;      // Compute threads; 0: as many as the renderer thinks best.
    std::uint32_t batch = 0;        // Pictures painted at once; 0: the same.
    std::string model_memory{};  // GiB for models that stay loaded; empty: as the renderer thinks.
    std::string precision{};     // auto, fp32, fp16 or bf16; empty: as the renderer thinks.
    int niceness = 10;           // The contributor's own programs come first.
    std::uint64_t memory_bytes = 0;  // Most private memory; 0: no limit.
    // From start to Ready: loading libtorch from a cold, slow disk takes most of a minute.
    std::chrono::milliseconds ready_within{120'000};
    OnLoaded on_loaded{};  // May be empty. All models that are loaded: none when a child has died.
};

struct Child {
    Process process;
    FrameSocket socket;
    worker::EngineFacts facts;
};

// Starts one and waits for its Ready. Errors: not_found (no such program), unavailable (it ended,
// or said nothing in time), data_loss (it said something else).
Result<Child> start_child(const RendererOptions& options);

// gotong-renderer in the folder of the running program.
std::filesystem::path renderer_beside_us();

}  // namespace gotong::render_child
