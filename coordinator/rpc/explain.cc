#include "coordinator/rpc/explain.h"

#include <algorithm>

#include "coordinator/rpc/convert.h"

namespace gotong::rpc {
namespace {

std::uint64_t ms_between(WallTime from, WallTime to) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>((to - from).count(), 0));
}

v1::Attempt to_wire(const job::Attempt& attempt, const loop::Turn& turn) {
    v1::Attempt wire;
    wire.set_number(attempt.number);
    wire.set_worker(turn.core().name_of(attempt.worker));
    wire.set_began_ago_ms(ms_between(attempt.started, turn.now().wall));
    if (attempt.ended) wire.set_lasted_ms(ms_between(attempt.started, *attempt.ended));
    wire.set_outcome(attempt.outcome);
    wire.set_reason(attempt.reason);
    wire.set_choice(attempt.choice);
    return wire;
}

}  // namespace

v1::JobExplanation explain(loop::Turn& turn, const job::Job& job, const Links& links) {
    v1::JobExplanation wire;
    *wire.mutable_job() = to_wire(turn.core().view(job, turn.now()), links);
    for (const std::string& reason : turn.core().why(job, turn.now())) wire.add_reasons(reason);
    for (const job::Attempt& attempt : turn.store().attempts_of(job.id)) {
        *wire.add_attempts() = to_wire(attempt, turn);
    }
    return wire;
}

v1::WorkerExplanation explain(loop::Turn& turn, const store::Worker& worker) {
    v1::WorkerExplanation wire;
    wire.set_worker_id(worker.id.to_hex());
    wire.set_name(worker.name);
    for (const std::string& reason : turn.core().why(worker, turn.now())) wire.add_reasons(reason);
    return wire;
}

}  // namespace gotong::rpc
