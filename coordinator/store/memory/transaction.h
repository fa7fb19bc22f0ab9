// One transaction on a MemoryStore's tables.
#pragma once

#include "coordinator/store/memory/tables.h"

namespace gotong::store {

class MemoryTransaction final : public Transaction {
  public:
    explicit MemoryTransaction(Tables& tables) : tables_(tables) {}
    ~MemoryTransaction() override { journal_.undo(); }

    void insert(const Request& request) override;
    std::optional<Request> find_request(AccountId account,
                                        std::string_view idempotency_key) override;

    void insert(const job::Job& job) override;
    void update(const job::Job& job) override;
    std::optional<job::Job> find_job(JobId id) override;
    std::vector<job::Job> jobs_of(RequestId request) override;
    std::vector<job::Job> newest_jobs(AccountId account, std::uint32_t most) override;
    std::vector<job::Job> open_jobs() override;
    Counts counts() override;

    void insert(const job::Attempt& attempt) override;
    void end_attempt(JobId job, std::uint32_t number, WallTime at, std::string_view outcome,
                     std::string_view reason) override;
    std::optional<job::Attempt> find_attempt(JobId job, std::uint32_t number) override;
    std::vector<job::Attempt> attempts_of(JobId job) override;
    WorkerRecord record_of(WorkerId worker) override;

    bool remember_statement(const Digest& statement_sha256, JobId job) override;

    void insert(const Account& account) override;
    void set_revoked(AccountId account, bool revoked) override;
    void set_token(AccountId account, const Digest& token_hash) override;
    void set_limits(AccountId account, std::uint32_t weight, std::uint32_t max_open_jobs) override;
    std::vector<Account> accounts() override;

    void insert(const Worker& worker) override;
    void update(const Worker& worker) override;
    std::vector<Worker> workers() override;

    void insert_invite(const Digest& token_hash, WallTime expires) override;
    bool take_invite(const Digest& token_hash, WallTime now) override;

    void put(const CatalogueModel& model) override;
    void remove_model(std::string_view name) override;
    std::vector<CatalogueModel> models() override;

    void put_input(const Input& input) override;
    void remove_input(const job::InputName& name) override;
    std::optional<Input> find_input(const job::InputName& name) override;
    std::vector<Input> inputs_of(AccountId account) override;
    std::vector<Input> inputs_until(WallTime kept_from) override;

    // retention.cc
    std::vector<KeptPicture> pictures_until(WallTime ended, std::uint32_t most) override;
    std::vector<JobId> bodies_until(WallTime ended, std::uint32_t most) override;
    void remove_picture(JobId job, WallTime at) override;
    void remove_body(JobId job, WallTime at) override;
    bool is_picture_kept(const Digest& sha256) override;
    void doom_blob(const Digest& sha256) override;
    bool spare_blob(const Digest& sha256) override;
    bool is_doomed(const Digest& sha256) override;
    std::vector<Digest> doomed_blobs(std::uint32_t most) override;
    void note_blob_removed(const Digest& sha256, WallTime at) override;
    void forget_removed_blobs(WallTime until) override;

    bool post(const Posting& posting) override;
    Credits balance(std::string_view ledger_account) override;

    void put_setting(std::string_view key, std::string_view value) override;
    std::optional<std::string> setting(std::string_view key) override;

    Result<> commit() override;

  private:
    // Puts the job in, or takes it from, the indices that its end and its picture have it in.
    void index_retention(const StoredJob& stored, bool is_there);
    void replace(const StoredJob& before, const job::Job& after);

    Tables& tables_;
    Journal journal_;
};

}  // namespace gotong::store
