#include "coordinator/main_watch.h"

#include <algorithm>
#include <cstdlib>

#include "common/log/log.h"
#include "coordinator/boot/data_folder.h"

namespace gotong {
namespace {

constexpr int kWedged = 3;

// Stopping in order would wait for the very server that does not move. All that was answered is on
// disk.
[[noreturn]] void end_wedged() {
    log::error("the gRPC port no longer answers; stopping, so that a new start serves again",
               {{"see", "docs/operate.md, The front"}});
    std::_Exit(kWedged);
}

}  // namespace

Result<> show_metrics(const Options& options, const metrics::Sources& sources,
                      gateway::Services& services) {
    if (options.metrics == Metrics::off) return {};
    if (options.metrics == Metrics::token) {
        auto token = boot::metrics_token(options.data);
        if (!token) return Failure(token.error());
        services.metrics_token = *std::move(token);
    }
    services.metrics = [sources] { return metrics::look(sources); };
    return {};
}

std::unique_ptr<rpc::SelfProbe> start_probe(const Options& options, bool tls, std::uint16_t port,
                                            rpc::ProbeCounts& counts) {
    if (options.probe_every == 0s) return nullptr;
    boot::Address own = boot::local(options.listen);
    own.port = port;
    const std::chrono::milliseconds every = options.probe_every;
    return std::make_unique<rpc::SelfProbe>(
        rpc::ProbePolicy{.address = own.text(),
                         .tls = tls,
                         .every = every,
                         .within = std::min<std::chrono::milliseconds>(every, 5s)},
        counts, end_wedged);
}

}  // namespace gotong
