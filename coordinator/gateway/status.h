// GET /healthz: the process answers. GET /readyz: the pool can take work.
#pragma once

#include "coordinator/gateway/exchange.h"

namespace gotong::gateway {

Reply health();

// 200, or 503 with the reason.
Reply readiness(const Services& services);

}  // namespace gotong::gateway
