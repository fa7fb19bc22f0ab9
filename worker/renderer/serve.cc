// Renders for the daemon that started us, until it closes the socket.
#include <sys/prctl.h>

#include <csignal>
#include <cstdlib>

#include "worker/renderer/commands.h"
#include "worker/renderer/engine_painter.h"
#include "worker/renderer/protocol/server.h"

namespace gotong::renderer {
namespace {

// A processor that is busy with one picture has nothing left for a second.
constexpr std::size_t kCpuBatch = 1;
// A GPU has; how much has not been measured yet, so this is a cautious guess.
constexpr std::size_t kGpuBatch = 4;

std::size_t batch_of(const ServeOptions& options, const engine::DeviceInfo& device) {
    if (options.batch > 0) return options.batch;
    return device.device == "cpu" ? kCpuBatch : kGpuBatch;
}

}  // namespace

int serve(const ServeOptions& options) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // Nobody is left to render for.
    std::signal(SIGINT, SIG_IGN);        // A Ctrl-C is the daemon's to act on.
    const auto device = engine::describe_device(options.device);
    if (!device) return report(device.error());
    EnginePainter painter{options.device, options.model_memory};
    Server server{options.socket, painter, batch_of(options, *device)};
    const auto served = server.run(*device);
    const int code = served ? EXIT_SUCCESS : report(served.error());
    // At once: a step under way may take minutes, and its picture has no taker any more.
    std::_Exit(code);
}

}  // namespace gotong::renderer
