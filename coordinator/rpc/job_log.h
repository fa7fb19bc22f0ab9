// The life of each job, line by line, as the coordinator sees it: submitted, offered, answered,
// waiting again, ended. One grep by its trace, here and in the worker's log, tells all of it.
//
// At debug: a creator who submits and cancels can cause any number of them.
#pragma once

#include "coordinator/core/send.h"

namespace gotong::rpc {

void log_submitted(const core::Submitted& submitted);
void log_said(const core::WorkerMessage& message);  // Offers and answers; the rest says nothing.
void log_changed(const core::JobView& view);        // Steps say nothing.

}  // namespace gotong::rpc
