#include "coordinator/rpc/watch_stream.h"

#include <utility>
#include <vector>

#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/limits.h"
#include "coordinator/rpc/status.h"

namespace gotong::rpc {

Watchers::Watchers() : streams_(kMaxWatchStreams) {}

void Watchers::remove(std::uint64_t id, JobId job) {
    streams_.remove(id);
    const std::lock_guard lock(mutex_);
    const auto [first, last] = watched_.equal_range(job);
    for (auto it = first; it != last; ++it) {
        if (it->second != id) continue;
        watched_.erase(it);
        return;
    }
}

void Watchers::begin(std::uint64_t id, JobId job, const core::JobView& view) {
    streams_.with(id, [&](WatchStream& stream) {
        {
            const std::lock_guard lock(mutex_);
            watched_.emplace(job, id);
        }
        stream.show(view, {});
    });
}

void Watchers::refuse(std::uint64_t id, const Error& error) {
    streams_.with(id, [&](WatchStream& stream) { stream.end(error); });
}

void Watchers::tell(const core::JobChanged& change) {
    std::vector<std::uint64_t> ids;
    {
        const std::lock_guard lock(mutex_);
        const auto [first, last] = watched_.equal_range(change.view.job.id);
        for (auto it = first; it != last; ++it) ids.push_back(it->second);
    }
    for (const std::uint64_t id : ids) {
        streams_.with(id,
                      [&](WatchStream& stream) { stream.show(change.view, change.preview_png); });
    }
}

void Watchers::close(const Error& reason) {
    streams_.close([&](WatchStream& stream) { stream.end(reason); });
}

WatchStream::WatchStream(grpc::CallbackServerContext& context, const Edge& edge, Watchers& watchers,
                         JobId job)
    : context_(context),
      edge_(edge),
      watchers_(watchers),
      job_(job),
      base_(edge.base_for(context)) {
    id_ = watchers.add(this);
    if (!id_) {
        end({ErrorCode::unavailable,
             "the pool has as many watchers as it can serve; try later",
             {}});
    }
}

void WatchStream::show(const core::JobView& view, const std::string& preview_png) {
    v1::WatchJobResponse response;
    *response.mutable_job() = to_wire(view, edge_.links_for(base_));
    response.set_preview_png(preview_png);
    {
        const std::lock_guard lock(mutex_);
        if (preview_png.empty() && next_) {
            response.set_preview_png(std::move(*next_->mutable_preview_png()));
        }
        next_ = std::move(response);
        if (job::has_ended(view.job.state) && !ending_) ending_ = grpc::Status::OK;
    }
    advance();
}

void WatchStream::end(const Error& reason) {
    {
        const std::lock_guard lock(mutex_);
        if (!ending_) {
            name_field(context_, reason);
            ending_ = to_status(reason);
        }
    }
    advance();
}

void WatchStream::advance() {
    std::optional<grpc::Status> status;
    {
        const std::lock_guard lock(mutex_);
        if (busy_ || finished_ || (!next_ && !ending_)) return;
        if (next_) {
            writing_ = std::move(*next_);
            next_.reset();
            busy_ = true;
        } else {
            status = ending_;
            finished_ = true;
        }
    }
    // Whoever set the flag is alone here, and the stream lives until it has been finished.
    if (status) {
        Finish(*status);
    } else {
        StartWrite(&writing_);
    }
}

void WatchStream::OnWriteDone(bool ok) {
    {
        const std::lock_guard lock(mutex_);
        busy_ = false;
        if (!ok) {
            next_.reset();
            if (!ending_) ending_ = grpc::Status::CANCELLED;
        }
    }
    advance();
}

void WatchStream::OnCancel() {
    {
        const std::lock_guard lock(mutex_);
        next_.reset();
        if (!ending_) ending_ = grpc::Status::CANCELLED;
    }
    advance();
}

void WatchStream::OnDone() {
    if (id_) watchers_.remove(*id_, job_);
    delete this;
}

}  // namespace gotong::rpc
