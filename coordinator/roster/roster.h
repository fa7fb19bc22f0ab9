// Who is here: at most one session for each worker, found by worker or by stream.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "coordinator/roster/session.h"

namespace gotong::roster {

class Roster {
  public:
    // Nullptr when there is none. Valid until that session is closed or replaced.
    Session* find(WorkerId worker);
    const Session* find(WorkerId worker) const;
    Session* of_stream(StreamId stream);

    // Takes the place of the worker's earlier session, if any.
    Session& open(Session session);
    void close(WorkerId worker);

    // The session speaks through this stream from now on, and is not known until its snapshot.
    void attach(Session& session, StreamId stream, Monotonic now);
    void detach(Session& session);

    // Workers from whom nothing was heard for `ttl` or longer.
    std::vector<WorkerId> silent(Monotonic now, std::chrono::milliseconds ttl) const;

    const std::map<WorkerId, Session>& sessions() const { return sessions_; }
    std::map<WorkerId, Session>& sessions() { return sessions_; }

  private:
    std::map<WorkerId, Session> sessions_;  // In one order on every run.
    std::map<StreamId, WorkerId> by_stream_;
};

}  // namespace gotong::roster
