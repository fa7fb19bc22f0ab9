// The loop: takes one event at a time to the agent and does what the agent says.
#pragma once

#include "common/result.h"
#include "common/time.h"
#include "worker/daemon/mailbox.h"
#include "worker/daemon/render_threads.h"
#include "worker/daemon/upload_thread.h"
#include "worker/job/agent.h"
#include "worker/link/session.h"

namespace gotong::daemon {

// Everything that an action may need; all of it outlives run().
struct Limbs {
    const Clock& clock;
    Mailbox& mailbox;
    const link::Outbox& outbox;
    link::Session& session;
    RenderThreads& renders;
    UploadThread& uploads;
};

// Blocks until the agent wants to leave. Errors: permission_denied, when the pool sent this worker
// away.
Result<> run(worker::Agent& agent, const Limbs& limbs);

}  // namespace gotong::daemon
