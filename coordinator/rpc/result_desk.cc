#include "coordinator/rpc/result_desk.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "common/log/log.h"
#include "coordinator/rpc/tally.h"
#include "coordinator/verify/verifier.h"

namespace gotong::rpc {
namespace {

// Half of the machine: the rest serves gRPC, HTTP and the core.
std::size_t thread_count() { return std::max(1U, std::thread::hardware_concurrency() / 2); }

// Trouble of the pool's own, as a disk that does not answer, is no reason to reject a worker's
// work: unavailable has it send the result again.
Result<> whose_fault(Result<> verdict) {
    if (verdict) return verdict;
    const ErrorCode code = verdict.error().code;
    if (code == ErrorCode::invalid_argument || code == ErrorCode::not_found) return verdict;
    log::warn("cannot look at a result", {{"reason", verdict.error().message}});
    return fail(ErrorCode::unavailable, verdict.error().message);
}

core::ResultVerified look_at(const ResultClaim& claim, const blob::BlobStore& blobs) {
    verify::Finding finding = verify::verify_result({.envelope = claim.statement,
                                                     .worker = claim.worker,
                                                     .blob_sha256 = claim.blob_sha256,
                                                     .blob_size = claim.blob_size},
                                                    blobs);
    tally().results.note(finding.verdict.has_value());
    return {.stream = claim.stream,
            .lease = claim.lease,
            .envelope = claim.statement,
            .statement = std::move(finding.statement),
            .statement_sha256 = finding.statement_sha256,
            .blob_sha256 = claim.blob_sha256,
            .blob_size = claim.blob_size,
            .verdict = whose_fault(std::move(finding.verdict))};
}

}  // namespace

ResultDesk::ResultDesk(loop::Loop& loop, WorkerStreams& streams, const blob::BlobStore& blobs)
    : loop_(loop), streams_(streams), blobs_(blobs), threads_(thread_count()) {}

ResultDesk::~ResultDesk() { threads_.join(); }

Result<core::UploadAsked> ResultDesk::look_up(Result<core::UploadAsked> asked) const {
    if (asked) asked->stored = blobs_.size(asked->sha256) == asked->size;
    return asked;
}

void ResultDesk::take(ResultClaim claim) {
    boost::asio::post(threads_, [this, claim = std::move(claim)] {
        loop_.post_always([&streams = streams_, event = look_at(claim, blobs_)](loop::Turn& turn) {
            turn.step(core::Event{event});
            streams.read_on(event.stream);
        });
    });
}

}  // namespace gotong::rpc
