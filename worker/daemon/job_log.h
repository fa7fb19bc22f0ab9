// What the daemon's log says of jobs: each line names job, attempt, session and trace, so that one
// grep by any of them finds it, here and in the pool's log.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "worker/job/action.h"
#include "worker/job/event.h"

namespace gotong::daemon {

class JobLog {
  public:
    // Remembers the session, and the traces of offers and answers.
    void note(const worker::Event& event);

    void rendering(const worker::Job& job) const;
    void uploading(const worker::Lease& lease) const;
    void sending(const worker::Lease& lease) const;
    void unreadable(const worker::Lease& lease) const;  // The outbox's copy of its statement.
    void tell(const worker::Tell& line) const;

  private:
    // Of leases heard of since the start, as many as may still be spoken of.
    static constexpr std::size_t kMostTraces = 1'024;

    void remember(const worker::Lease& lease, const std::string& trace);
    std::string trace_of(const worker::Lease& lease) const;

    std::map<worker::Lease, std::string> traces_;
    std::string session_;
};

}  // namespace gotong::daemon
