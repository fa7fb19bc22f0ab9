// Why a job waits and why a worker gets nothing, as creators and operators are told.
//
// Corridor: core/explain -> [rpc/explain] -> cli/explain
#pragma once

#include "coordinator/loop/loop.h"
#include "coordinator/rpc/links.h"
#include "gotong/v1/admin.pb.h"
#include "gotong/v1/creator.pb.h"

namespace gotong::rpc {

v1::JobExplanation explain(loop::Turn& turn, const job::Job& job, const Links& links);
v1::WorkerExplanation explain(loop::Turn& turn, const store::Worker& worker);

}  // namespace gotong::rpc
