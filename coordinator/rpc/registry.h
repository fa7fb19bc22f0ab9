// The open streams of one kind, by a number that is never used again.
//
// Who wants to reach a stream keeps its number, not its address: a stream may end at any moment,
// and then with() finds nothing. A stream is in here from its start to its OnDone, which takes it
// out before it deletes it; with() holds the lock meanwhile, so what it hands over is alive.
//
// Threads: any. What runs inside with() and each() must not call the registry.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace gotong::rpc {

template <class Stream>
class Registry {
  public:
    explicit Registry(std::size_t capacity) : capacity_(capacity) {}

    // nullopt: full, or closed.
    std::optional<std::uint64_t> add(Stream* stream) {
        const std::lock_guard lock(mutex_);
        if (closed_ || streams_.size() >= capacity_) return std::nullopt;
        streams_.emplace(++last_, stream);
        return last_;
    }

    void remove(std::uint64_t id) {
        const std::lock_guard lock(mutex_);
        streams_.erase(id);
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return streams_.size();
    }

    template <class Use>
    bool with(std::uint64_t id, Use use) {
        const std::lock_guard lock(mutex_);
        const auto found = streams_.find(id);
        if (found == streams_.end()) return false;
        use(*found->second);
        return true;
    }

    // Takes no more streams, and shows the open ones to `use`.
    template <class Use>
    void close(Use use) {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        for (const auto& [id, stream] : streams_) use(*stream);
    }

  private:
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, Stream*> streams_;
    std::uint64_t last_ = 0;
    bool closed_ = false;
};

}  // namespace gotong::rpc
