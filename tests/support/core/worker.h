// A worker that does what the test tells it, in the words of the core's events. It renders nothing:
// its pictures are digests and its statements are complete.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/handshake/handshake.h"
#include "common/receipt/statement.h"
#include "tests/support/core/pool.h"

namespace gotong::test {

// What `offer` asks for, claimed by the holder of `key`. Sound until a test spoils it.
receipt::RenderStatement statement_for(Pool& pool, const core::OfferJob& offer,
                                       const crypto::SigningKey& key);

class Worker {
  public:
    // Enrolled, not connected. `number` makes its key.
    Worker(Pool& pool, std::uint8_t number, std::vector<core::OfferedModel> models,
           std::uint32_t slots = 1);
    Worker with_same_key() const;  // Another daemon, not connected.

    // A new stream, with the resume token that it knows; then a snapshot.
    void connect();
    void hello();
    void snapshot();
    bool is_welcome() const;  // Its stream is one that the coordinator still listens to.
    void drop();              // The stream breaks.
    void restart();           // The process dies and comes back: it knows its outbox only.

    void accept(const core::OfferJob& offer);
    void decline(const core::OfferJob& offer, std::chrono::milliseconds retry_after = 0ms);
    void progress(const core::LeaseToken& lease, std::uint32_t step);
    void finish(const core::OfferJob& offer);  // Sends a sound result; keeps it in the outbox.
    void send(const core::OfferJob& offer, const receipt::RenderStatement& statement,
              Result<> verdict = {});
    void fail(const core::LeaseToken& lease, ErrorCode code);

    // What came since the last take(), in order; take() also updates what the worker holds.
    std::vector<core::WorkerMessage> take();

    // The newest message of a kind that take() would give; none is a failure of the test.
    template <class Message>
    Message heard() {
        std::optional<Message> newest;
        for (core::WorkerMessage& message : take()) {
            if (auto* wanted = std::get_if<Message>(&message)) newest = std::move(*wanted);
        }
        return newest.value();
    }
    template <class Message>
    bool hears() {
        for (const core::WorkerMessage& message : take()) {
            if (std::holds_alternative<Message>(message)) return true;
        }
        return false;
    }

    WorkerId id() const { return id_; }
    core::StreamId stream() const { return stream_; }
    const crypto::SigningKey& key() const { return key_; }

    std::vector<core::HeldLease> held;
    std::vector<core::LeaseToken> outbox;
    std::string resume_token;
    std::string instance;  // Which start of which daemon it says that it is.
    std::uint32_t protocol = handshake::kNewestProtocol;
    bool draining = false;
    std::vector<core::OfferedModel> models;
    std::vector<core::ModelPlace> places;  // Empty: it does not say.

  private:
    struct Enrolled {};
    Worker(Pool& pool, std::uint8_t number, std::vector<core::OfferedModel> models,
           std::uint32_t slots, Enrolled);

    Pool& pool_;
    std::uint8_t number_;
    crypto::SigningKey key_;
    WorkerId id_;
    std::uint32_t slots_;
    core::StreamId stream_ = 0;
    int connected_in_ = 0;  // Which start of the coordinator the stream belongs to.
    bool is_closed_ = false;
};

}  // namespace gotong::test
