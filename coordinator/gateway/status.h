// GET /healthz: the process answers. GET /readyz: the pool can take work. GET /metrics: numbers for
// Prometheus.
#pragma once

#include "coordinator/gateway/exchange.h"

namespace gotong::gateway {

Reply health();

// 200, or 503 with the reason.
Reply readiness(const Services& services);

// 200, 401 without the token, 404 where it is switched off, 503 when the loop does not answer.
Reply metrics(const Services& services, const Head& head);

}  // namespace gotong::gateway
