// The states of a job and the only ways from one to another.
//
//     queued -> running -> done
//        ^         |
//        +---------+  the attempt ended, the job did not
//
// Both queued and running may end as done (a late result of an earlier attempt), failed or
// cancelled. Ended is for ever, but that the operator may queue a failed job again. Each function
// checks that its transition is legal: an illegal one is our own mistake and stops the process.
#pragma once

#include <string>
#include <string_view>

#include "common/ids.h"
#include "common/time.h"
#include "coordinator/job/job.h"

namespace gotong::job {

bool may_become(State from, State to);

std::string_view name_of(State state);

void begin_attempt(Job& job, WorkerId worker);  // queued -> running; attempt grows by one.
void take_back(Job& job, WallTime not_before);  // running -> queued
void finish(Job& job, WorkerId worker, Picture picture);  // queued or running -> done
void give_up(Job& job, std::string reason);               // queued or running -> failed
void cancel(Job& job, std::string reason);                // queued or running -> cancelled
void requeue(Job& job, WallTime now);                     // failed -> queued, with a clean slate

}  // namespace gotong::job
