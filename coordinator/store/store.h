// What the coordinator remembers. The store is the truth; the core's memory is a cache of it.
//
// One Transaction at a time, on the core's thread. Its reads and writes do not answer with errors:
// the first storage error throws Broken past whoever asked, so that nobody takes silence for the
// truth (docs/decisions/0005). complete() catches it. That, like a failed commit, is fatal to the
// process, which starts again from disk; nothing of the transaction may have been sent to anybody.
//
// SQLite implements it (store/sqlite); the contract suite in tests/contract runs on every
// implementation. Nothing in here is SQLite's alone: PostgreSQL can serve it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/credits.h"
#include "common/crypto/digest.h"
#include "common/crypto/sign.h"
#include "common/ids.h"
#include "common/result.h"
#include "common/time.h"
#include "coordinator/job/input_name.h"
#include "coordinator/job/job.h"

namespace gotong::store {

struct Account {
    AccountId id;
    std::string name;             // Unique.
    crypto::Digest token_hash{};  // SHA-256 of its bearer token.
    bool revoked = false;
    std::uint32_t weight = 1;         // Its part of the pool beside others that wait.
    std::uint32_t max_open_jobs = 0;  // 0: the pool's limit.
};

struct Worker {
    WorkerId id;
    crypto::PublicKey public_key;
    std::string name;
    std::string enrolment;  // The signed enrolment envelope, JSON, as the worker got it.
    WallTime enrolled{};
    bool revoked = false;
};

// A model in the pool's catalogue, with what `gotong models add` found out about it.
struct CatalogueModel {
    std::string name;
    std::string manifest_json;          // common/model/manifest
    std::string digest;                 // Hexadecimal.
    std::vector<float> preview_matrix;  // Latent channels x 3, row-major; may be empty.
    std::vector<float> preview_bias;    // 3, or empty.
};

struct Request {
    RequestId id;
    AccountId account;
    std::string idempotency_key;    // Empty: none.
    crypto::Digest request_hash{};  // Of what was asked, to tell a retry from another request.
    WallTime submitted{};
};

// A file that a creator uploaded for jobs to begin with. The bytes are the blob store's.
struct Input {
    job::InputName name;
    std::uint64_t size = 0;  // Bytes.
    WallTime kept_from{};    // When it came, or was last asked for: its day begins then.
};

// One side of a posting. Names: "creator/<id>/available", "creator/<id>/held", "worker/<id>",
// "pool/grants".
struct LedgerEntry {
    std::string account;
    Credits amount;  // The entries of a posting sum to zero.
};

struct Posting {
    std::string kind;  // grant, hold, settle, release
    // Job id (with "/n" when it was queued again for the n-th time) or account id.
    // (kind, reference) is unique for ever.
    std::string reference;
    WallTime at{};
    std::vector<LedgerEntry> entries;
};

struct Counts {
    std::uint64_t done = 0;
    std::uint64_t failed = 0;
    std::uint64_t cancelled = 0;
};

struct WorkerRecord {
    std::uint64_t accepted = 0;  // Attempts that ended as accepted.
};

// A done job's picture that is still among the blobs.
struct KeptPicture {
    JobId job;
    crypto::Digest sha256{};
};

class Transaction {
  public:
    virtual ~Transaction() = default;  // Without commit(): rolled back.

    virtual void insert(const store::Request& request) = 0;
    virtual std::optional<store::Request> find_request(AccountId account,
                                                       std::string_view idempotency_key) = 0;

    virtual void insert(const job::Job& job) = 0;
    // All but id, request, account, trace, spec, price, and what was removed.
    virtual void update(const job::Job& job) = 0;
    virtual std::optional<job::Job> find_job(JobId id) = 0;
    virtual std::vector<job::Job> jobs_of(RequestId request) = 0;  // In order of insertion.
    virtual std::vector<job::Job> newest_jobs(AccountId account, std::uint32_t most) = 0;
    virtual std::vector<job::Job> open_jobs() = 0;  // Queued and running, in order of insertion.
    virtual Counts counts() = 0;

    virtual void insert(const job::Attempt& attempt) = 0;
    virtual void end_attempt(JobId job, std::uint32_t number, WallTime at, std::string_view outcome,
                             std::string_view reason) = 0;
    virtual std::optional<job::Attempt> find_attempt(JobId job, std::uint32_t number) = 0;
    virtual std::vector<job::Attempt> attempts_of(JobId job) = 0;
    virtual WorkerRecord record_of(WorkerId worker) = 0;

    // Remembers the SHA-256 of an accepted statement; false if it was there already.
    virtual bool remember_statement(const crypto::Digest& statement_sha256, JobId job) = 0;

    virtual void insert(const store::Account& account) = 0;
    virtual void set_revoked(AccountId account, bool revoked) = 0;
    virtual void set_token(AccountId account, const crypto::Digest& token_hash) = 0;
    virtual void set_limits(AccountId account, std::uint32_t weight,
                            std::uint32_t max_open_jobs) = 0;
    virtual std::vector<store::Account> accounts() = 0;  // In the order of their ids.

    virtual void insert(const store::Worker& worker) = 0;
    virtual void update(const store::Worker& worker) = 0;  // Name, enrolment, revoked.
    virtual std::vector<store::Worker> workers() = 0;      // In the order of their ids.

    virtual void insert_invite(const crypto::Digest& token_hash, WallTime expires) = 0;
    // Uses the invite up. False: unknown, used or expired.
    virtual bool take_invite(const crypto::Digest& token_hash, WallTime now) = 0;

    virtual void put(const CatalogueModel& model) = 0;  // By name.
    virtual void remove_model(std::string_view name) = 0;
    virtual std::vector<CatalogueModel> models() = 0;  // In the order of their names.

    virtual void put_input(const Input& input) = 0;  // By name.
    virtual void remove_input(const job::InputName& name) = 0;
    virtual std::optional<Input> find_input(const job::InputName& name) = 0;
    // The account's, in the order of `kept_from`, then of their digests.
    virtual std::vector<Input> inputs_of(AccountId account) = 0;
    virtual std::vector<Input> inputs_until(WallTime kept_from) = 0;  // The same order, of all.

    // What is let go of after some time (core/retention). Jobs that ended at `ended` or before, the
    // earliest first.
    virtual std::vector<KeptPicture> pictures_until(WallTime ended, std::uint32_t most) = 0;
    virtual std::vector<JobId> bodies_until(WallTime ended, std::uint32_t most) = 0;
    virtual void remove_picture(JobId job, WallTime at) = 0;  // Its name and receipt stay.
    virtual void remove_body(JobId job, WallTime at) = 0;     // Prompts and salt become empty.
    virtual bool is_picture_kept(const crypto::Digest& sha256) = 0;  // By any job.

    // Blobs whose files are to go. A doomed one is remembered until it was seen to be gone, and
    // for some time after that.
    virtual void doom_blob(const crypto::Digest& sha256) = 0;
    virtual bool spare_blob(const crypto::Digest& sha256) = 0;  // Whether it was remembered.
    virtual bool is_doomed(const crypto::Digest& sha256) = 0;   // And not seen to be gone.
    virtual std::vector<crypto::Digest> doomed_blobs(std::uint32_t most) = 0;  // The same.
    virtual void note_blob_removed(const crypto::Digest& sha256, WallTime at) = 0;
    virtual void forget_removed_blobs(WallTime until) = 0;  // Those removed then or before.

    // False, and nothing is written, if (kind, reference) was posted before.
    virtual bool post(const Posting& posting) = 0;
    virtual Credits balance(std::string_view ledger_account) = 0;

    // Small settings: "pool.created", "schema" is the store's own.
    virtual void put_setting(std::string_view key, std::string_view value) = 0;
    virtual std::optional<std::string> setting(std::string_view key) = 0;

    // Durable when it returns without an error.
    virtual Result<> commit() = 0;
};

// Thrown by a transaction in whose middle the storage failed. All that is left to do with it is to
// destroy it; commit() returns the same error. No exception of the standard library: who catches
// those means others.
struct Broken {
    Error error;
};

// Does all of a transaction's work and commits it, or says what went wrong first.
template <class Work>
Result<> complete(Transaction& transaction, const Work& work) {
    try {
        work();
    } catch (const Broken& broken) {
        return Failure{broken.error};
    }
    return transaction.commit();
}

class Store {
  public:
    virtual ~Store() = default;
    virtual std::unique_ptr<Transaction> begin() = 0;
};

}  // namespace gotong::store
