// Where results are looked at before the core hears of them: signatures and pictures are checked on
// a few threads of their own, since a large PNG takes longer to decode than a thousand events take.
//
// Corridor: rpc/worker_stream -> [rpc/result_desk] -> verify/verifier
#pragma once

#include <boost/asio/thread_pool.hpp>

#include "coordinator/blob/blob_store.h"
#include "coordinator/core/event.h"
#include "coordinator/loop/loop.h"
#include "coordinator/rpc/worker_frames.h"
#include "coordinator/rpc/worker_streams.h"

namespace gotong::rpc {

class ResultDesk {
  public:
    // All of them outlive the desk.
    ResultDesk(loop::Loop& loop, WorkerStreams& streams, const blob::BlobStore& blobs);
    ~ResultDesk();  // Waits for what is being verified.

    // Notes whether the picture is here already. An error passes through.
    Result<core::UploadAsked> look_up(Result<core::UploadAsked> asked) const;

    // Later, and from another thread: the event to the core, and the stream is read on. A stream
    // has at most one result here.
    void take(ResultClaim claim);

  private:
    loop::Loop& loop_;
    WorkerStreams& streams_;
    const blob::BlobStore& blobs_;
    boost::asio::thread_pool threads_;
};

}  // namespace gotong::rpc
