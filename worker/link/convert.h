// Protobuf to plain structs and back. Translates, never decides.
#pragma once

#include <gotong/v1/worker.pb.h>

#include <optional>
#include <vector>

#include "common/result.h"
#include "worker/job/action.h"
#include "worker/job/event.h"
#include "worker/models/match.h"

namespace gotong::link {

// Errors: invalid_argument, naming what is malformed.
Result<worker::Lease> lease_of(const v1::Lease& lease);
Result<receipt::Envelope> envelope_of(const v1::Envelope& envelope);
Result<std::vector<models::PoolModel>> catalogue_of(const v1::Welcome& welcome);

v1::Envelope to_proto(const receipt::Envelope& envelope);

// The event that a frame of the running session means; nullopt for one that means nothing here.
// Welcome and Challenge are the session's own.
Result<std::optional<worker::Event>> event_of(const v1::ConnectResponse& frame);

v1::ConnectRequest to_proto(const worker::SendSnapshot& snapshot);
v1::ConnectRequest to_proto(const worker::SendOfferReply& reply);
v1::ConnectRequest to_proto(worker::SendProgress progress);
v1::ConnectRequest to_proto(const worker::SendUploadRequest& request);
v1::ConnectRequest to_proto(const worker::SendFailure& failure);
v1::ConnectRequest to_proto(const worker::SendGoodbye& goodbye);

// A success, with what the outbox keeps of it.
v1::ConnectRequest success(const worker::Lease& lease, const receipt::Envelope& statement,
                           const worker::Kept& kept);

}  // namespace gotong::link
