// store::Transaction on SQLite. Its methods are in one source file per concern: jobs.cc,
// attempts.cc, people.cc (accounts, workers, invites), ledger.cc, catalogue.cc, inputs.cc
// (uploads), retention.cc.
//
// Statements that fire triggers say OR FAIL: a transaction whose statement failed is rolled back
// whole, so SQLite need not keep a copy of each page to take back that one statement alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/store/sqlite/database.h"
#include "coordinator/store/store.h"

namespace gotong::sqlite {

class Transaction final : public store::Transaction {
  public:
    explicit Transaction(Database& database);  // One at a time.
    ~Transaction() override;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void insert(const store::Request& request) override;
    std::optional<store::Request> find_request(AccountId account,
                                               std::string_view idempotency_key) override;

    void insert(const job::Job& job) override;
    void update(const job::Job& job) override;
    std::optional<job::Job> find_job(JobId id) override;
    std::vector<job::Job> jobs_of(RequestId request) override;
    std::vector<job::Job> newest_jobs(AccountId account, std::uint32_t most) override;
    std::vector<job::Job> open_jobs() override;
    store::Counts counts() override;

    void insert(const job::Attempt& attempt) override;
    void end_attempt(JobId job, std::uint32_t number, WallTime at, std::string_view outcome,
                     std::string_view reason) override;
    std::optional<job::Attempt> find_attempt(JobId job, std::uint32_t number) override;
    std::vector<job::Attempt> attempts_of(JobId job) override;
    store::WorkerRecord record_of(WorkerId worker) override;
    bool remember_statement(const crypto::Digest& statement_sha256, JobId job) override;

    void insert(const store::Account& account) override;
    void set_revoked(AccountId account, bool revoked) override;
    void set_token(AccountId account, const crypto::Digest& token_hash) override;
    void set_limits(AccountId account, std::uint32_t weight, std::uint32_t max_open_jobs) override;
    std::vector<store::Account> accounts() override;

    void insert(const store::Worker& worker) override;
    void update(const store::Worker& worker) override;
    std::vector<store::Worker> workers() override;

    void insert_invite(const crypto::Digest& token_hash, WallTime expires) override;
    bool take_invite(const crypto::Digest& token_hash, WallTime now) override;

    void put(const store::CatalogueModel& model) override;
    void remove_model(std::string_view name) override;
    std::vector<store::CatalogueModel> models() override;

    void put_input(const store::Input& input) override;
    void remove_input(const job::InputName& name) override;
    std::optional<store::Input> find_input(const job::InputName& name) override;
    std::vector<store::Input> inputs_of(AccountId account) override;
    std::vector<store::Input> inputs_until(WallTime kept_from) override;

    std::vector<store::KeptPicture> pictures_until(WallTime ended, std::uint32_t most) override;
    std::vector<JobId> bodies_until(WallTime ended, std::uint32_t most) override;
    void remove_picture(JobId job, WallTime at) override;
    void remove_body(JobId job, WallTime at) override;
    bool is_picture_kept(const crypto::Digest& sha256) override;
    void doom_blob(const crypto::Digest& sha256) override;
    bool spare_blob(const crypto::Digest& sha256) override;
    bool is_doomed(const crypto::Digest& sha256) override;
    std::vector<crypto::Digest> doomed_blobs(std::uint32_t most) override;
    void note_blob_removed(const crypto::Digest& sha256, WallTime at) override;
    void forget_removed_blobs(WallTime until) override;

    bool post(const store::Posting& posting) override;
    Credits balance(std::string_view ledger_account) override;

    void put_setting(std::string_view key, std::string_view value) override;
    std::optional<std::string> setting(std::string_view key) override;

    Result<> commit() override;

  private:
    Database& database_;
    bool ended_ = false;  // Committed.
};

}  // namespace gotong::sqlite
