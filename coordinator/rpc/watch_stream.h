// One creator who watches one job: the newest view first, then every change, until the job ends.
//
// Changes that come faster than the client reads are folded into one: it gets the newest view and
// the newest preview, never a backlog. Deletes itself when gRPC is done with it.
//
// Corridor: core/core -> [rpc/watch_stream] -> cli/render
#pragma once

#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/rpc/edge.h"
#include "coordinator/rpc/registry.h"
#include "gotong/v1/creator.pb.h"

namespace gotong::rpc {

class WatchStream;

// Which streams watch which job. Jobs are subscribed to and changes told on the loop's thread.
class Watchers {
  public:
    Watchers();
    std::optional<std::uint64_t> add(WatchStream* stream) { return streams_.add(stream); }
    void remove(std::uint64_t id, JobId job);
    void begin(std::uint64_t id, JobId job, const core::JobView& view);
    void refuse(std::uint64_t id, const Error& error);
    void tell(const core::JobChanged& change);
    void close(const Error& reason);  // Ends all, and takes no more.
    std::size_t open() const { return streams_.size(); }

  private:
    Registry<WatchStream> streams_;
    std::mutex mutex_;
    std::multimap<JobId, std::uint64_t> watched_;
};

class WatchStream final : public grpc::ServerWriteReactor<v1::WatchJobResponse> {
  public:
    WatchStream(grpc::CallbackServerContext& context, const Edge& edge, Watchers& watchers,
                JobId job);

    // nullopt: it was refused, and has ended.
    std::optional<std::uint64_t> id() const { return id_; }

    void show(const core::JobView& view, const std::string& preview_png);
    void end(const Error& reason);

  private:
    void OnWriteDone(bool ok) override;
    void OnCancel() override;
    void OnDone() override;
    void advance();  // Starts what comes next, unless a write is under way.

    grpc::CallbackServerContext& context_;
    const Edge& edge_;
    Watchers& watchers_;
    const JobId job_;
    const std::string base_;
    std::optional<std::uint64_t> id_;

    std::mutex mutex_;
    std::optional<v1::WatchJobResponse> next_;  // What to write when the wire is free.
    v1::WatchJobResponse writing_;
    bool busy_ = false;                   // A write is under way.
    bool finished_ = false;               // Finish() was called.
    std::optional<grpc::Status> ending_;  // How to finish, once nothing is left to write.
};

}  // namespace gotong::rpc
