#include "coordinator/core/welcome.h"

namespace gotong::core {

Welcome welcome_for(const State& state, const roster::Session& session, bool resumed) {
    const Policy& policy = state.policy;
    return {.protocol = session.protocol,
            .session = session.id,
            .resume_token = session.resume_token,
            .resumed = resumed,
            .heartbeat_idle = policy.heartbeat_idle,
            .heartbeat_busy = policy.heartbeat_busy,
            .session_ttl = policy.session_ttl,
            .catalogue = state.catalogue.models(),
            .refused_models = state.catalogue.refusals(session.offered)};
}

}  // namespace gotong::core
