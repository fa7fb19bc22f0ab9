#include "coordinator/rpc/worker_streams.h"

#include <vector>

#include "coordinator/rpc/limits.h"
#include "coordinator/rpc/worker_stream.h"

namespace gotong::rpc {

WorkerStreams::WorkerStreams() : streams_(kMaxWorkerStreams) {}

std::optional<core::StreamId> WorkerStreams::add(WorkerStream* stream, Monotonic now) {
    const auto id = streams_.add(stream);
    if (id) {
        const std::lock_guard lock(mutex_);
        greetings_.push_back({.due = now + kHelloTimeout, .stream = *id});
    }
    return id;
}

void WorkerStreams::remove(core::StreamId id) { streams_.remove(id); }

void WorkerStreams::say(const core::ToWorker& message) {
    streams_.with(message.stream, [&](WorkerStream& stream) { stream.say(message.message); });
}

void WorkerStreams::end(core::StreamId id, const Error& reason) {
    streams_.with(id, [&](WorkerStream& stream) { stream.end(reason); });
}

void WorkerStreams::read_on(core::StreamId id) {
    streams_.with(id, [](WorkerStream& stream) { stream.read_on(); });
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
        streams_.with(id, [](WorkerStream& stream) { stream.end_unless_greeted(); });
    }
}

void WorkerStreams::close(const Error& reason) {
    streams_.close([&](WorkerStream& stream) { stream.end(reason); });
}

}  // namespace gotong::rpc
