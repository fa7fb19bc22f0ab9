#include "worker/render_child/child.h"

#include <gotong/v1/renderer.pb.h>

#include <algorithm>
#include <cstdlib>

#include "common/crypto/sha256.h"

namespace gotong::render_child {
namespace {

// How its threads wait for one another. OpenMP's default spins for milliseconds, and with one busy
// neighbour a step of the demo model takes 1,380 ms instead of 36; a thousand turns and then sleep
// is as fast on an idle machine (16 ms), where sleeping at once takes 29
// (tests/bench/engine_bench).
std::map<std::string, std::string> waiting() {
    if (std::getenv("OMP_WAIT_POLICY")) return {};  // The contributor has chosen.
    return {{"GOMP_SPINCOUNT", "1000"}};
}

ProcessOptions process_options(const RendererOptions& options) {
    std::vector<std::string> arguments{"serve", "--fd", std::to_string(kChildSocket)};
    if (options.threads > 0) {
        arguments.emplace_back("--threads");
        arguments.push_back(std::to_string(options.threads));
    }
    if (options.batch > 0) {
        arguments.emplace_back("--batch");
        arguments.push_back(std::to_string(options.batch));
    }
    if (!options.model_memory.empty()) {
        arguments.emplace_back("--model-memory");
        arguments.push_back(options.model_memory);
    }
    if (!options.precision.empty()) {
        arguments.emplace_back("--precision");
        arguments.push_back(options.precision);
    }
    return {.program = options.program,
            .arguments = std::move(arguments),
            .defaults = waiting(),
            .niceness = options.niceness,
            .memory_bytes = options.memory_bytes};
}

Result<worker::EngineFacts> read_facts(const std::string& frame) {
    v1::RendererEvent event;
    if (!event.ParseFromString(frame) || !event.has_ready())
        return fail(ErrorCode::data_loss, "the renderer did not begin with Ready");
    const v1::RendererEvent::Ready& ready = event.ready();
    return worker::EngineFacts{.engine = ready.engine(),
                               .commit = ready.commit().empty() ? "unknown" : ready.commit(),
                               .libtorch = ready.libtorch(),
                               .device = ready.device(),
                               .dtype = ready.dtype(),
                               .memory_bytes = ready.memory_bytes(),
                               .batch = std::max(ready.batch(), 1U),
                               .binary_sha256 = {}};
}

Result<worker::EngineFacts> await_ready(FrameSocket& socket, std::chrono::milliseconds wait) {
    auto frame = socket.receive(wait);
    if (!frame) return Failure{frame.error()};
    if (!*frame)
        return fail(ErrorCode::unavailable,
                    "the renderer was not ready within " + std::to_string(wait.count()) + " ms");
    return read_facts(**frame);
}

}  // namespace

Result<Child> start_child(const RendererOptions& options) {
    const Result<Digest> digest = crypto::sha256_file(options.program);
    if (!digest) return Failure{digest.error().during("find the renderer")};
    file::UniqueFd fd;
    Result<Process> process = Process::start(process_options(options), fd);
    if (!process) return Failure{process.error().during("start the renderer")};
    FrameSocket socket{std::move(fd)};
    Result<worker::EngineFacts> facts = await_ready(socket, options.ready_within);
    if (!facts) {
        constexpr int kGraceMs = 200;  // A program that closed its socket is about to end.
        const std::string how = process->end(kGraceMs);
        return fail(facts.error().code, facts.error().message + "; it " + how);
    }
    facts->binary_sha256 = *digest;
    return Child{std::move(*process), std::move(socket), std::move(*facts)};
}

std::filesystem::path renderer_beside_us() {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() /
           "gotong-renderer";
}

}  // namespace gotong::render_child
