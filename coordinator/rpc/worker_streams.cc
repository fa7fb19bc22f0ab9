#include "coordinator/rpc/worker_streams.h"

#include <vector>

#include "coordinator/rpc/limits.h"
#include "coordinator/rpc/polled_line.h"
#include "coordinator/rpc/worker_line.h"

namespace gotong::rpc {

WorkerStreams::WorkerStreams() : streams_(kMaxWorkerStreams) {}

std::optional<core::StreamId> WorkerStreams::add(WorkerLine* line, Monotonic now) {
    const auto id = streams_.add(line);
    if (id) {
        const std::lock_guard lock(mutex_);
        greetings_.push_back({.due = now + kHelloTimeout, .stream = *id});
    }
    return id;
}

void WorkerStreams::remove(core::StreamId id) { streams_.remove(id); }

void WorkerStreams::say(const core::ToWorker& message) {
    streams_.with(message.stream, [&](WorkerLine& stream) { stream.say(message.message); });
}

void WorkerStreams::end(core::StreamId id, const Error& reason) {
    streams_.with(id, [&](WorkerLine& stream) { stream.end(reason); });
}

void WorkerStreams::read_on(core::StreamId id) {
    streams_.with(id, [](WorkerLine& stream) { stream.read_on(); });
}

bool WorkerStreams::polls(core::StreamId id) {
    bool polls = false;
    streams_.with(id, [&](const WorkerLine& stream) { polls = stream.polls(); });
    return polls;
}

void WorkerStreams::tick(Monotonic now) {
    std::vector<core::StreamId> due;
    {
        const std::lock_guard lock(mutex_);
        while (!greetings_.empty() && greetings_.front().due <= now) {
            due.push_back(greetings_.front().stream);
            greetings_.pop_front();
        }
    }
    for (const core::StreamId id : due) {
        streams_.with(id, [](WorkerLine& stream) { stream.end_unless_greeted(); });
    }
    for (const auto& line : polled_.tick(now)) {
        streams_.remove(line->id());
        line->closed();
    }
}

void WorkerStreams::close(const Error& reason) {
    streams_.close([&](WorkerLine& stream) { stream.end(reason); });
}

}  // namespace gotong::rpc
