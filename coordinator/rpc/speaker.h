// Hands the core's words to the streams, and to the disk, that they are for.
#pragma once

#include "common/log/log.h"
#include "coordinator/blob/inputs.h"
#include "coordinator/loop/loop.h"
#include "coordinator/rpc/job_log.h"
#include "coordinator/rpc/watch_stream.h"
#include "coordinator/rpc/worker_streams.h"

namespace gotong::rpc {

class Speaker final : public loop::Outlet {
  public:
    Speaker(WorkerStreams& workers, Watchers& watchers, blob::Inputs& inputs,
            blob::BlobStore& blobs)
        : workers_(workers), watchers_(watchers), inputs_(inputs), blobs_(blobs) {}

    void to_worker(core::ToWorker message) override {
        log_said(message.message);
        workers_.say(message);
    }
    void job_changed(core::JobChanged change) override {
        log_changed(change.view);
        watchers_.tell(change);
    }
    void remove_input(core::RemoveInput file) override {
        const Result<> removed = inputs_.remove(file.name);
        if (!removed) log::warn("cannot remove an upload", {{"reason", removed.error().message}});
    }
    bool remove_blob(core::RemoveBlob blob) override {
        const Result<> removed = blobs_.remove(blob.sha256);
        if (!removed) log::warn("cannot remove a picture", {{"reason", removed.error().message}});
        return removed.has_value();
    }
    void tick(Now now) override { workers_.tick(now.monotonic); }

  private:
    WorkerStreams& workers_;
    Watchers& watchers_;
    blob::Inputs& inputs_;
    blob::BlobStore& blobs_;
};

}  // namespace gotong::rpc
