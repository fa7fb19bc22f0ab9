// A whole pool without threads, sockets or disk: the real core on a store in memory, under a clock
// that the test moves.
//
// Every event is a transaction of its own. What the core says is kept until the test asks for it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/model/file_list.h"
#include "coordinator/core/core.h"
#include "coordinator/notary/pool_notary.h"
#include "coordinator/store/memory/memory_store.h"

namespace gotong::test {

inline constexpr const char* kPoolName = "test-pool";
inline constexpr std::int64_t kCredit = 1'000'000;  // In micro-credits.

// The same seed, the same bytes.
class SeededRng final : public core::Rng {
  public:
    explicit SeededRng(std::uint64_t seed) : generator_(seed) {}
    void fill(std::span<std::uint8_t> bytes) override;

  private:
    std::mt19937_64 generator_;
};

crypto::SigningKey key_from(std::uint8_t seed);
Digest digest_of(std::string_view text);

// A catalogue entry: sides are multiples of 64, at most 512, 512 by default. Another `weights` is
// another digest.
store::CatalogueModel model_named(const std::string& name, const std::string& weights = "weights");

core::Policy test_policy();

class Pool {
  public:
    explicit Pool(core::Policy policy = test_policy(), std::uint64_t seed = 1);

    // One event, committed. The sends are filed by addressee.
    void step(const core::Event& event);

    // The files of the model with this digest, which was in the catalogue at some time.
    const std::vector<model::FileDigest>& files_of(const std::string& digest) const {
        return files_.at(digest);
    }

    // The event happens, and the process dies before its transaction is committed.
    void die_during(const core::Event& event);
    void die_at_next_event() { is_doomed_ = true; }

    // The process dies and starts again from the store. Streams are gone.
    void restart();

    int starts() const { return starts_; }  // How often the process was started.

    // Lets time pass, with a Tick at every hundredth of it.
    void pass(std::chrono::milliseconds duration);

    // Time passes, and nobody tells the core.
    void sleep(std::chrono::milliseconds duration) {
        now_.monotonic += duration;
        now_.wall += duration;
    }

    // The wall clock is set back; the monotonic one knows nothing of it.
    void set_wall_back(std::chrono::milliseconds by) { now_.wall -= by; }

    // Takes a step that has an answer.
    template <class Event>
    Result<core::Answer> ask(Event event) {
        event.reply = ++replies_asked_;
        step(event);
        return answers_.at(event.reply);
    }

    core::Core& core() { return *core_; }
    Now now() const { return now_; }
    std::unique_ptr<store::Transaction> read() { return store_.begin(); }
    notary::PoolNotary& notary() { return notary_; }

    // ---- Operator and creators ----
    void add_model(const store::CatalogueModel& model);
    AccountId add_account(const std::string& name, std::int64_t credits = 1'000);
    Result<core::Submitted> submit(const job::Submission& submission);
    job::InputName upload(AccountId account, const std::string& bytes);  // It is on disk.
    JobId submit_one(AccountId account, const std::string& prompt = "a red apple");
    job::Job job(JobId id);
    std::string outcome_of(JobId id, std::uint32_t attempt);
    Credits balance(const std::string& ledger_account);

    // ---- What was said ----
    core::StreamId next_stream() { return ++streams_opened_; }
    std::vector<core::WorkerMessage>& said_on(core::StreamId stream) { return said_[stream]; }
    std::vector<core::JobChanged>& changes() { return changes_; }
    std::vector<job::InputName>& removed() { return removed_; }  // Files of uploads.
    std::vector<Digest>& removed_blobs() { return removed_blobs_; }

  private:
    void remember(const store::CatalogueModel& model);
    void file(std::vector<core::Send> sends);

    core::Policy policy_;
    store::MemoryStore store_;
    SeededRng rng_;
    notary::PoolNotary notary_;
    Now now_;
    std::unique_ptr<core::Core> core_;
    bool is_doomed_ = false;
    int starts_ = 0;
    core::ReplyId replies_asked_ = 0;
    core::StreamId streams_opened_ = 0;
    std::map<core::ReplyId, Result<core::Answer>> answers_;
    std::map<core::StreamId, std::vector<core::WorkerMessage>> said_;
    std::vector<core::JobChanged> changes_;
    std::vector<job::InputName> removed_;
    std::vector<Digest> removed_blobs_;
    std::map<std::string, std::vector<model::FileDigest>> files_;  // By the model's digest.
};

}  // namespace gotong::test
