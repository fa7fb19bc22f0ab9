#include "coordinator/gateway/status.h"

namespace gotong::gateway {

Reply health() { return json_reply(200, "status", "ok"); }

Reply readiness(const Services& services) {
    if (const Result<> ready = services.ready(); !ready) {
        return json_reply(503, "error", ready.error().message);
    }
    return json_reply(200, "status", "ready");
}

}  // namespace gotong::gateway
