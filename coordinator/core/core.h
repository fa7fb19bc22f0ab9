// The coordinator's heart: a deterministic state machine that owns every decision about jobs,
// leases, workers, accounts and credits.
//
// step() is called from one thread with one event at a time, reads and writes through the
// transaction it is given, and returns what is to be said once that transaction is durable. It has
// no clock, no thread, no socket and no randomness of its own; the same events with the same Rng
// give the same writes and sends, in the simulator as in production.
//
// The store is the truth. What step() keeps in memory (open jobs, sessions, accounts, catalogue) is
// loaded by restore() and is dropped with the process when a commit fails.
//
// Corridor: rpc/creator_service -> [core/core] -> schedule/queue
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/credits.h"
#include "common/receipt/dsse.h"
#include "common/time.h"
#include "coordinator/core/event.h"
#include "coordinator/core/figures.h"
#include "coordinator/core/send.h"
#include "coordinator/store/store.h"

namespace gotong::core {

class Rng {
  public:
    virtual ~Rng() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

// The pool's key, as far as the core needs it. Signing is deterministic (Ed25519).
class Notary {
  public:
    virtual ~Notary() = default;
    virtual std::string pool_key_id() const = 0;
    virtual receipt::Envelope sign_offer(const std::string& payload) = 0;
    virtual receipt::Envelope enrol(const crypto::PublicKey& worker, const std::string& name,
                                    WallTime now) = 0;
    // Adds the pool's countersignature to the worker's and returns the receipt's bytes.
    virtual std::string receipt(const receipt::Envelope& statement, const store::Worker& worker,
                                const job::Job& job) = 0;
};

inline constexpr std::chrono::milliseconds kForEver{0};

struct Policy {
    std::string pool_name;
    std::chrono::milliseconds heartbeat_idle{30'000};
    std::chrono::milliseconds heartbeat_busy{5'000};
    std::chrono::milliseconds session_ttl{75'000};   // Silence after which a session is over.
    std::chrono::milliseconds accept_within{5'000};  // For an offer.
    std::chrono::milliseconds progress_timeout{
        180'000};                                   // Silence of a lease; covers loading a model.
    std::chrono::milliseconds job_expiry{24h};      // From its start, at most; then it fails.
    std::chrono::milliseconds stop_within{15'000};  // For a worker to stop a lease that has ended.
    std::uint32_t distinct_failures = 3;            // Workers at fault before a job is given up.
    std::uint32_t max_open_jobs_per_account = 1'000;
    std::uint64_t input_quota = std::uint64_t{256} << 20U;  // Bytes of an account's uploads.
    std::chrono::milliseconds input_kept{24h};              // An upload that no open job names.
    std::chrono::milliseconds input_sweep{1h};              // How often the older ones are removed.
    std::chrono::milliseconds keep_pictures = kForEver;     // From a job's end.
    std::chrono::milliseconds keep_jobs = kForEver;     // Its prompts; receipts and postings stay.
    std::chrono::milliseconds retention_sweep{60'000};  // How often old ones are looked for.
};

// What the pool looks like now, for status pages.
struct PoolView {
    std::uint32_t workers_online = 0;
    std::uint32_t jobs_queued = 0;
    std::uint32_t jobs_running = 0;
    Counters since_start{};
};
struct WorkerView {
    store::Worker worker;
    bool online = false;
    std::optional<roster::StreamId> stream{};
    std::uint32_t stuck_slots = 0;  // They render what has ended, and do not stop.
    bool has_rival = false;         // Another daemon with its key was turned away just now.
    std::string device;
    std::vector<std::string> models;
};

struct AccountView {
    store::Account account;
    std::uint32_t open_jobs = 0;
    std::uint32_t max_open_jobs = 0;  // Its own limit, or the pool's.
};

struct State;  // coordinator/core/state.h

class Core {
  public:
    Core(Policy policy, Rng& rng, Notary& notary);  // Both outlive the core.
    ~Core();

    // Loads what is open. Leases found there are kept: their workers have one session_ttl from
    // `now` to come back and say that they still hold them. May write: commit the transaction.
    void restore(store::Transaction& transaction, Now now);

    // One event. Never blocks; its cost is a few microseconds and the store's.
    std::vector<Send> step(const Event& event, Now now, store::Transaction& transaction);

    // Reads, from the same thread.
    std::optional<AccountId> account_of_token(
        const crypto::Digest& token_hash) const;  // Not the revoked.
    std::optional<store::Account> account(AccountId id) const;
    std::optional<store::Worker> worker(const crypto::PublicKey& key) const;
    const std::vector<store::CatalogueModel>& catalogue() const;
    JobView view(const job::Job& job, Now now) const;  // Adds position, step and ETA.
    PoolView pool() const;
    Figures figures(Now now) const;  // Linear in the enrolled workers.
    std::vector<WorkerView> workers() const;
    std::vector<store::Account> accounts() const;
    AccountView view(const store::Account& account) const;
    std::optional<std::chrono::milliseconds> oldest_wait(Now now) const;  // That could start.
    std::vector<job::Job> newest_open_jobs(AccountId account, std::size_t most) const;

    // Sentences for people, the most telling first. Linear in the workers that are connected.
    std::vector<std::string> why(const job::Job& job, Now now) const;  // It is where it is.
    std::vector<std::string> why(const store::Worker& worker,
                                 Now now) const;  // It gets what it gets.
    Result<store::Worker> worker_named(const std::string& id_or_name) const;
    std::string name_of(WorkerId worker) const;  // Its id where no such worker is enrolled.

  private:
    std::unique_ptr<State> state_;
};

}  // namespace gotong::core
