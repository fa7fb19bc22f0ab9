// One function for each kind of event, in files by family. Private to coordinator/core.
#pragma once

#include "coordinator/core/state.h"

namespace gotong::core {

// creators.cc
void on(Step& step, const Submit& event);
void on(Step& step, const CancelJob& event);

// inputs.cc
void on(Step& step, const PlanUpload& event);
void on(Step& step, const InputStored& event);
void on(Step& step, const InputLost& event);
void on(Step& step, const InputsFound& event);

// sessions.cc
void on(Step& step, const WorkerHello& event);
void on(Step& step, const WorkerSnapshot& event);
void on(Step& step, const WorkerGoodbye& event);
void on(Step& step, const StreamClosed& event);

// leases.cc
void on(Step& step, const OfferReply& event);
void on(Step& step, const WorkerProgress& event);
void on(Step& step, const AttemptFailed& event);

// results.cc
void on(Step& step, const UploadAsked& event);
void on(Step& step, const ResultVerified& event);

// enrolment.cc
void on(Step& step, const AddInvite& event);
void on(Step& step, const Enrol& event);
void on(Step& step, const RevokeWorker& event);

// accounts_desk.cc
void on(Step& step, const AddAccount& event);
void on(Step& step, const RevokeAccount& event);
void on(Step& step, const SetAccount& event);

// requeue.cc
void on(Step& step, const RequeueJob& event);

// models.cc
void on(Step& step, const AddModel& event);
void on(Step& step, const RemoveModel& event);

// retention.cc
void on(Step& step, const BlobRemoved& event);

// time.cc
void on(Step& step, const Tick& event);

// offering.cc: after every event, gives queued jobs to free workers.
void offer_jobs(Step& step);

}  // namespace gotong::core
