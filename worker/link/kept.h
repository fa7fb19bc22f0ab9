// The executor chain's last link: what was rendered and signed goes to the disk before anybody
// hears of it.
//
// Corridor: sign/receipt_signer -> [link/kept] -> job/deliveries
#pragma once

#include "worker/job/executor.h"
#include "worker/link/outbox.h"

namespace gotong::link {

// Runs the chain and keeps its outcome. Errors: those of the chain; resource_exhausted when the
// disk is full.
inline Result<worker::Kept> render_and_keep(worker::Executor& chain, const Outbox& outbox,
                                            const worker::Job& job, const std::stop_token& stop,
                                            const worker::OnProgress& on_progress) {
    const Result<worker::Outcome> outcome = chain.run(job, stop, on_progress);
    if (!outcome) return Failure{outcome.error()};
    return outbox.put(job.lease, outcome->statement, outcome->png);
}

}  // namespace gotong::link
