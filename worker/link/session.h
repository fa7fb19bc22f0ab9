// The worker's stay with its pool: one outbound stream, opened again whenever it breaks.
//
// Shakes hands (Challenge, signed Hello, Welcome), turns frames into events for the agent, and
// reconnects with jittered exponential backoff, bringing the resume token of the last Welcome so
// that the pool knows the leases again. Where no stream comes through, unary calls do (link/ways).
// A pool that wants this worker no more is not asked again.
// Decides nothing about jobs.
//
// Threads: one of its own, from which `Hooks` are called; send() and the destructor from the
// daemon's loop; a watchdog that cuts a stream on which the pool has gone silent.
//
// Corridor: rpc/worker_service -> [link/session] -> job/offer_check
#pragma once

#include <gotong/v1/worker.pb.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/crypto/sign.h"
#include "worker/job/event.h"
#include "worker/link/endpoint.h"
#include "worker/link/ways.h"
#include "worker/models/match.h"

namespace gotong::link {

// What the Hello says of this machine.
struct Machine {
    std::string build{};   // "gotong-worker 0.1.0"
    std::string device{};  // As the renderer names it.
    std::uint64_t memory_bytes = 0;
    std::uint32_t slots = 1;
    std::vector<worker::UsableModel> models{};  // Name and digest of everything that is here.
};

struct Hooks {
    // Which of the catalogue's models this machine holds.
    std::function<std::vector<worker::UsableModel>(const std::vector<models::PoolModel>&)> match;
    std::function<void(worker::Event)> post;
};

class Session {
  public:
    // Starts connecting at once. `key` outlives the session.
    Session(Endpoint pool, const crypto::SigningKey& key, Machine machine, Hooks hooks,
            WayPolicy ways = {});
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    // Half-closes, so that frames already sent arrive, then cuts the stream after a second.
    ~Session();

    // False when there is no welcomed stream; the frame is then dropped. May block for as long as
    // the pool does not read, which the watchdog bounds.
    bool send(const v1::ConnectRequest& frame);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace gotong::link
