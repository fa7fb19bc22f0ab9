// How the coordinator is watched: the metrics that it shows, and the probe that it sends itself.
#pragma once

#include <memory>

#include "coordinator/boot/tls.h"
#include "coordinator/gateway/exchange.h"
#include "coordinator/main_options.h"
#include "coordinator/metrics/look.h"
#include "coordinator/rpc/probe.h"

namespace gotong {

// Has the gateway answer /metrics, to whom the options say. Errors: those of DIR/metrics.token.
Result<> show_metrics(const Options& options, const metrics::Sources& sources,
                      gateway::Services& services);

// Ends the process with exit code 3 when the public gRPC port no longer answers. Null: switched
// off.
std::unique_ptr<rpc::SelfProbe> start_probe(const Options& options, bool tls, std::uint16_t port,
                                            rpc::ProbeCounts& counts);

}  // namespace gotong
