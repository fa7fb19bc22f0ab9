#include "coordinator/roster/roster.h"

#include <utility>

namespace gotong::roster {

Session* Roster::find(WorkerId worker) {
    const auto found = sessions_.find(worker);
    return found == sessions_.end() ? nullptr : &found->second;
}

const Session* Roster::find(WorkerId worker) const {
    const auto found = sessions_.find(worker);
    return found == sessions_.end() ? nullptr : &found->second;
}

Session* Roster::of_stream(StreamId stream) {
    const auto found = by_stream_.find(stream);
    return found == by_stream_.end() ? nullptr : find(found->second);
}

Session& Roster::open(Session session) {
    const WorkerId worker = session.worker;
    close(worker);
    if (session.stream) by_stream_.emplace(*session.stream, worker);
    return sessions_.insert_or_assign(worker, std::move(session)).first->second;
}

void Roster::close(WorkerId worker) {
    const auto found = sessions_.find(worker);
    if (found == sessions_.end()) return;
    detach(found->second);
    sessions_.erase(found);
}

void Roster::attach(Session& session, StreamId stream, Monotonic now) {
    detach(session);
    session.stream = stream;
    session.last_heard = now;
    by_stream_.emplace(stream, session.worker);
}

void Roster::detach(Session& session) {
    if (session.stream) by_stream_.erase(*session.stream);
    session.stream.reset();
    session.is_known = false;
    session.free_slots = 0;
    session.outbox.clear();
}

std::vector<WorkerId> Roster::silent(Monotonic now, std::chrono::milliseconds ttl) const {
    std::vector<WorkerId> workers;
    for (const auto& [worker, session] : sessions_) {
        if (now - session.last_heard >= ttl) workers.push_back(worker);
    }
    return workers;
}

}  // namespace gotong::roster
