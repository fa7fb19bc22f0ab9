// Between the frames of a worker's stream and the core's events and words.
//
// Corridor: rpc/worker_stream -> [rpc/worker_frames] -> core/core
#pragma once

#include <string_view>

#include "common/result.h"
#include "coordinator/core/event.h"
#include "coordinator/core/send.h"
#include "coordinator/rpc/links.h"
#include "gotong/v1/worker.pb.h"

namespace gotong::rpc {

// All of these: invalid_argument names the part that is malformed.
Result<core::LeaseToken> lease_from(const v1::Lease& wire);
Result<core::WorkerSnapshot> snapshot_from(const v1::Snapshot& wire, core::StreamId stream);
Result<core::OfferReply> offer_reply_from(const v1::OfferReply& wire, core::StreamId stream);
Result<core::WorkerProgress> progress_from(const v1::Progress& wire, core::StreamId stream);
Result<core::UploadAsked> upload_from(const v1::UploadRequest& wire, core::StreamId stream);
Result<core::AttemptFailed> failure_from(const v1::Result& wire, core::StreamId stream);

// A success as the worker claims it, before anybody has looked at it.
struct ResultClaim {
    core::StreamId stream = 0;
    core::LeaseToken lease;
    crypto::PublicKey worker;  // Of the session.
    receipt::Envelope statement;
    crypto::Digest blob_sha256{};
    std::uint64_t blob_size = 0;
};
Result<ResultClaim> claim_from(const v1::Result& wire, core::StreamId stream,
                               const crypto::PublicKey& worker);

// The Hello, once its signature over our challenge, the pool's key and its own nonce is good.
// Errors say what the contributor can do: failed_precondition for a protocol that we do not speak,
// unauthenticated for a signature that is not the key's.
Result<core::WorkerHello> hello_from(const v1::Hello& wire, core::StreamId stream,
                                     std::string_view challenge, const crypto::PublicKey& pool_key);

// Everything but CloseStream, which ends the stream instead.
v1::ConnectResponse to_wire(const core::WorkerMessage& message, const Links& links);

}  // namespace gotong::rpc
