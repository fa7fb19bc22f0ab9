// Renders for the daemon that started us, until it closes the socket.
#include <sys/prctl.h>

#include <csignal>
#include <cstdlib>

#include "worker/renderer/commands.h"
#include "worker/renderer/engine_painter.h"
#include "worker/renderer/protocol/server.h"

namespace gotong::renderer {

int serve(const ServeOptions& options) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // Nobody is left to render for.
    std::signal(SIGINT, SIG_IGN);        // A Ctrl-C is the daemon's to act on.
    const auto device = engine::describe_device(options.device);
    if (!device) return report(device.error());
    EnginePainter painter{options.device};
    Server server{options.socket, painter};
    const auto served = server.run(*device);
    const int code = served ? EXIT_SUCCESS : report(served.error());
    // At once: a step under way may take minutes, and its picture has no taker any more.
    std::_Exit(code);
}

}  // namespace gotong::renderer
