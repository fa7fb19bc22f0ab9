// A transaction that passes every call on to another one, and tells its name before: what a test
// overrides to see, to change or to break some of them.
#pragma once

#include <memory>
#include <utility>

#include "coordinator/store/store.h"

namespace gotong::test {

class ForwardingTransaction : public store::Transaction {
  public:
    explicit ForwardingTransaction(std::unique_ptr<store::Transaction> inner)
        : inner_(std::move(inner)) {}

    void insert(const store::Request& request) override {
        before("insert request");
        inner_->insert(request);
    }
    std::optional<store::Request> find_request(AccountId account,
                                               std::string_view idempotency_key) override {
        before("find_request");
        return inner_->find_request(account, idempotency_key);
    }
    void insert(const job::Job& job) override {
        before("insert job");
        inner_->insert(job);
    }
    void update(const job::Job& job) override {
        before("update job");
        inner_->update(job);
    }
    std::optional<job::Job> find_job(JobId id) override {
        before("find_job");
        return inner_->find_job(id);
    }
    std::vector<job::Job> jobs_of(RequestId request) override {
        before("jobs_of");
        return inner_->jobs_of(request);
    }
    std::vector<job::Job> newest_jobs(AccountId account, std::uint32_t most) override {
        before("newest_jobs");
        return inner_->newest_jobs(account, most);
    }
    std::vector<job::Job> open_jobs() override {
        before("open_jobs");
        return inner_->open_jobs();
    }
    store::Counts counts() override {
        before("counts");
        return inner_->counts();
    }
    void insert(const job::Attempt& attempt) override {
        before("insert attempt");
        inner_->insert(attempt);
    }
    void end_attempt(JobId job, std::uint32_t number, WallTime at, std::string_view outcome,
                     std::string_view reason) override {
        before("end_attempt");
        inner_->end_attempt(job, number, at, outcome, reason);
    }
    std::optional<job::Attempt> find_attempt(JobId job, std::uint32_t number) override {
        before("find_attempt");
        return inner_->find_attempt(job, number);
    }
    std::vector<job::Attempt> attempts_of(JobId job) override {
        before("attempts_of");
        return inner_->attempts_of(job);
    }
    store::WorkerRecord record_of(WorkerId worker) override {
        before("record_of");
        return inner_->record_of(worker);
    }
    bool remember_statement(const crypto::Digest& statement_sha256, JobId job) override {
        before("remember_statement");
        return inner_->remember_statement(statement_sha256, job);
    }
    void insert(const store::Account& account) override {
        before("insert account");
        inner_->insert(account);
    }
    void set_revoked(AccountId account, bool revoked) override {
        before("set_revoked");
        inner_->set_revoked(account, revoked);
    }
    void set_token(AccountId account, const crypto::Digest& token_hash) override {
        before("set_token");
        inner_->set_token(account, token_hash);
    }
    void set_limits(AccountId account, std::uint32_t weight, std::uint32_t max_open_jobs) override {
        before("set_limits");
        inner_->set_limits(account, weight, max_open_jobs);
    }
    std::vector<store::Account> accounts() override {
        before("accounts");
        return inner_->accounts();
    }
    void insert(const store::Worker& worker) override {
        before("insert worker");
        inner_->insert(worker);
    }
    void update(const store::Worker& worker) override {
        before("update worker");
        inner_->update(worker);
    }
    std::vector<store::Worker> workers() override {
        before("workers");
        return inner_->workers();
    }
    void insert_invite(const crypto::Digest& token_hash, WallTime expires) override {
        before("insert_invite");
        inner_->insert_invite(token_hash, expires);
    }
    bool take_invite(const crypto::Digest& token_hash, WallTime now) override {
        before("take_invite");
        return inner_->take_invite(token_hash, now);
    }
    void put(const store::CatalogueModel& model) override {
        before("put cataloguemodel");
        inner_->put(model);
    }
    void remove_model(std::string_view name) override {
        before("remove_model");
        inner_->remove_model(name);
    }
    std::vector<store::CatalogueModel> models() override {
        before("models");
        return inner_->models();
    }
    void put_input(const store::Input& input) override {
        before("put_input");
        inner_->put_input(input);
    }
    void remove_input(const job::InputName& name) override {
        before("remove_input");
        inner_->remove_input(name);
    }
    std::optional<store::Input> find_input(const job::InputName& name) override {
        before("find_input");
        return inner_->find_input(name);
    }
    std::vector<store::Input> inputs_of(AccountId account) override {
        before("inputs_of");
        return inner_->inputs_of(account);
    }
    std::vector<store::Input> inputs_until(WallTime kept_from) override {
        before("inputs_until");
        return inner_->inputs_until(kept_from);
    }
    std::vector<store::KeptPicture> pictures_until(WallTime ended, std::uint32_t most) override {
        before("pictures_until");
        return inner_->pictures_until(ended, most);
    }
    std::vector<JobId> bodies_until(WallTime ended, std::uint32_t most) override {
        before("bodies_until");
        return inner_->bodies_until(ended, most);
    }
    void remove_picture(JobId job, WallTime at) override {
        before("remove_picture");
        inner_->remove_picture(job, at);
    }
    void remove_body(JobId job, WallTime at) override {
        before("remove_body");
        inner_->remove_body(job, at);
    }
    bool is_picture_kept(const crypto::Digest& sha256) override {
        before("is_picture_kept");
        return inner_->is_picture_kept(sha256);
    }
    void doom_blob(const crypto::Digest& sha256) override {
        before("doom_blob");
        inner_->doom_blob(sha256);
    }
    bool spare_blob(const crypto::Digest& sha256) override {
        before("spare_blob");
        return inner_->spare_blob(sha256);
    }
    bool is_doomed(const crypto::Digest& sha256) override {
        before("is_doomed");
        return inner_->is_doomed(sha256);
    }
    std::vector<crypto::Digest> doomed_blobs(std::uint32_t most) override {
        before("doomed_blobs");
        return inner_->doomed_blobs(most);
    }
    void note_blob_removed(const crypto::Digest& sha256, WallTime at) override {
        before("note_blob_removed");
        inner_->note_blob_removed(sha256, at);
    }
    void forget_removed_blobs(WallTime until) override {
        before("forget_removed_blobs");
        inner_->forget_removed_blobs(until);
    }
    bool post(const store::Posting& posting) override {
        before("post");
        return inner_->post(posting);
    }
    Credits balance(std::string_view ledger_account) override {
        before("balance");
        return inner_->balance(ledger_account);
    }
    void put_setting(std::string_view key, std::string_view value) override {
        before("put_setting");
        inner_->put_setting(key, value);
    }
    std::optional<std::string> setting(std::string_view key) override {
        before("setting");
        return inner_->setting(key);
    }
    Result<> commit() override {
        before("commit");
        return inner_->commit();
    }

  protected:
    virtual void before(std::string_view call) { (void)call; }
    store::Transaction& inner() { return *inner_; }

  private:
    std::unique_ptr<store::Transaction> inner_;
};

}  // namespace gotong::test
