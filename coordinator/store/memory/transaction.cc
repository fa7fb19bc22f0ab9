#include "coordinator/store/memory/transaction.h"

#include <algorithm>
#include <utility>

#include "common/check.h"

namespace gotong::store {
namespace {

template <class Map>
auto value_at(const Map& map, const typename Map::key_type& key)
    -> std::optional<typename Map::mapped_type> {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

template <class Map>
auto values_of(const Map& map) -> std::vector<typename Map::mapped_type> {
    std::vector<typename Map::mapped_type> values;
    for (const auto& [key, value] : map) values.push_back(value);
    return values;
}

template <class IsWanted>
std::vector<Input> by_age(const std::map<job::InputName, Input>& all, IsWanted is_wanted) {
    std::vector<Input> inputs;
    for (const auto& [name, input] : all) {
        if (is_wanted(input)) inputs.push_back(input);
    }
    std::ranges::stable_sort(inputs, {}, [](const Input& it) {
        return std::pair{it.kept_from, it.name.sha256};
    });
    return inputs;
}

}  // namespace

void MemoryTransaction::insert(const Request& request) {
    if (request.idempotency_key.empty()) return;  // Nobody can ask for it again.
    const std::pair key{request.account, request.idempotency_key};
    check(!tables_.requests.contains(key), "an idempotency key was used twice");
    journal_.put(tables_.requests, key, request);
}

std::optional<Request> MemoryTransaction::find_request(AccountId account,
                                                       std::string_view idempotency_key) {
    return value_at(tables_.requests, {account, std::string(idempotency_key)});
}

void MemoryTransaction::insert(const job::Job& job) {
    check(!tables_.jobs.contains(job.id), "a job was inserted twice");
    const std::uint64_t order = ++tables_.inserted_jobs;
    const StoredJob stored{job, order};
    journal_.put(tables_.jobs, job.id, stored);
    index_retention(stored, true);
    journal_.put(tables_.jobs_by_request, {job.request, order}, job.id);
    journal_.put(tables_.jobs_by_account, {job.account, order}, job.id);
    if (!has_ended(job.state)) journal_.put(tables_.open_jobs, order, job.id);
}

void MemoryTransaction::update(const job::Job& job) {
    const auto stored = value_at(tables_.jobs, job.id);
    check(stored.has_value(), "a job was updated that is not there");
    job::Job changed = job;  // What was removed is not an update's to say.
    changed.picture_removed = stored->job.picture_removed;
    changed.body_removed = stored->job.body_removed;
    replace(*stored, changed);
    const job::State before = stored->job.state;
    if (has_ended(job.state) == has_ended(before)) return;
    const auto count = [&](job::State state) { return value_at(tables_.ended, state).value_or(0); };
    if (has_ended(job.state)) {
        journal_.erase(tables_.open_jobs, stored->order);
        journal_.put(tables_.ended, job.state, count(job.state) + 1);
    } else {
        journal_.put(tables_.open_jobs, stored->order, job.id);
        journal_.put(tables_.ended, before, count(before) - 1);
    }
}

std::optional<job::Job> MemoryTransaction::find_job(JobId id) {
    const auto found = tables_.jobs.find(id);
    if (found == tables_.jobs.end()) return std::nullopt;
    return found->second.job;
}

std::vector<job::Job> MemoryTransaction::jobs_of(RequestId request) {
    std::vector<job::Job> jobs;
    auto at = tables_.jobs_by_request.lower_bound({request, 0});
    for (; at != tables_.jobs_by_request.end() && at->first.first == request; ++at) {
        jobs.push_back(tables_.jobs.at(at->second).job);
    }
    return jobs;
}

std::vector<job::Job> MemoryTransaction::newest_jobs(AccountId account, std::uint32_t most) {
    std::vector<job::Job> jobs;
    const auto begin = tables_.jobs_by_account.lower_bound({account, 0});
    auto at = tables_.jobs_by_account.lower_bound({account, tables_.inserted_jobs + 1});
    while (at != begin && jobs.size() < most) {
        --at;
        jobs.push_back(tables_.jobs.at(at->second).job);
    }
    return jobs;
}

std::vector<job::Job> MemoryTransaction::open_jobs() {
    std::vector<job::Job> jobs;
    for (const auto& [order, id] : tables_.open_jobs) jobs.push_back(tables_.jobs.at(id).job);
    return jobs;
}

Counts MemoryTransaction::counts() {
    const auto count = [&](job::State state) { return value_at(tables_.ended, state).value_or(0); };
    return {count(job::State::done), count(job::State::failed), count(job::State::cancelled)};
}

void MemoryTransaction::insert(const job::Attempt& attempt) {
    const AttemptKey key{attempt.job, attempt.number};
    check(!tables_.attempts.contains(key), "an attempt was inserted twice");
    journal_.put(tables_.attempts, key, attempt);
}

void MemoryTransaction::end_attempt(JobId job, std::uint32_t number, WallTime at,
                                    std::string_view outcome, std::string_view reason) {
    auto attempt = value_at(tables_.attempts, {job, number});
    check(attempt.has_value(), "an attempt ended that is not there");
    if (outcome == "accepted" && attempt->outcome != "accepted") {
        const std::uint64_t before = value_at(tables_.accepted, attempt->worker).value_or(0);
        journal_.put(tables_.accepted, attempt->worker, before + 1);
    }
    attempt->ended = at;
    attempt->outcome = outcome;
    attempt->reason = reason;
    journal_.put(tables_.attempts, {job, number}, *attempt);
}

std::optional<job::Attempt> MemoryTransaction::find_attempt(JobId job, std::uint32_t number) {
    return value_at(tables_.attempts, {job, number});
}

std::vector<job::Attempt> MemoryTransaction::attempts_of(JobId job) {
    std::vector<job::Attempt> attempts;
    auto at = tables_.attempts.lower_bound({job, 0});
    for (; at != tables_.attempts.end() && at->first.first == job; ++at) {
        attempts.push_back(at->second);
    }
    return attempts;
}

WorkerRecord MemoryTransaction::record_of(WorkerId worker) {
    return {.accepted = value_at(tables_.accepted, worker).value_or(0)};
}

bool MemoryTransaction::remember_statement(const Digest& statement_sha256, JobId job) {
    if (tables_.statements.contains(statement_sha256)) return false;
    journal_.put(tables_.statements, statement_sha256, job);
    return true;
}

void MemoryTransaction::insert(const Account& account) {
    check(!tables_.accounts.contains(account.id), "an account was inserted twice");
    journal_.put(tables_.accounts, account.id, account);
}

void MemoryTransaction::set_revoked(AccountId id, bool revoked) {
    Account account = tables_.accounts.at(id);
    account.revoked = revoked;
    journal_.put(tables_.accounts, id, account);
}

void MemoryTransaction::set_token(AccountId id, const Digest& token_hash) {
    Account account = tables_.accounts.at(id);
    account.token_hash = token_hash;
    journal_.put(tables_.accounts, id, account);
}

void MemoryTransaction::set_limits(AccountId id, std::uint32_t weight,
                                   std::uint32_t max_open_jobs) {
    Account account = tables_.accounts.at(id);
    account.weight = weight;
    account.max_open_jobs = max_open_jobs;
    journal_.put(tables_.accounts, id, account);
}

std::vector<Account> MemoryTransaction::accounts() { return values_of(tables_.accounts); }

void MemoryTransaction::insert(const Worker& worker) {
    check(!tables_.workers.contains(worker.id), "a worker was inserted twice");
    journal_.put(tables_.workers, worker.id, worker);
}

void MemoryTransaction::update(const Worker& worker) {
    check(tables_.workers.contains(worker.id), "a worker was updated that is not there");
    journal_.put(tables_.workers, worker.id, worker);
}

std::vector<Worker> MemoryTransaction::workers() { return values_of(tables_.workers); }

void MemoryTransaction::insert_invite(const Digest& token_hash, WallTime expires) {
    journal_.put(tables_.invites, token_hash, {expires, false});
}

bool MemoryTransaction::take_invite(const Digest& token_hash, WallTime now) {
    auto invite = value_at(tables_.invites, token_hash);
    if (!invite || invite->used || invite->expires <= now) return false;
    invite->used = true;
    journal_.put(tables_.invites, token_hash, *invite);
    return true;
}

void MemoryTransaction::put(const CatalogueModel& model) {
    journal_.put(tables_.models, model.name, model);
}

void MemoryTransaction::remove_model(std::string_view name) {
    journal_.erase(tables_.models, std::string(name));
}

std::vector<CatalogueModel> MemoryTransaction::models() { return values_of(tables_.models); }

void MemoryTransaction::put_input(const Input& input) {
    journal_.put(tables_.inputs, input.name, input);
}

void MemoryTransaction::remove_input(const job::InputName& name) {
    journal_.erase(tables_.inputs, name);
}

std::optional<Input> MemoryTransaction::find_input(const job::InputName& name) {
    return value_at(tables_.inputs, name);
}

std::vector<Input> MemoryTransaction::inputs_of(AccountId account) {
    return by_age(tables_.inputs, [&](const Input& it) { return it.name.account == account; });
}

std::vector<Input> MemoryTransaction::inputs_until(WallTime kept_from) {
    return by_age(tables_.inputs, [&](const Input& it) { return it.kept_from <= kept_from; });
}

bool MemoryTransaction::post(const Posting& posting) {
    const PostingKey key{posting.kind, posting.reference};
    if (tables_.postings.contains(key)) return false;
    Credits sum;
    for (const LedgerEntry& entry : posting.entries) sum = sum + entry.amount;
    check(sum == Credits{}, "the entries of a posting do not sum to zero");
    journal_.put(tables_.postings, key, posting);
    for (const LedgerEntry& entry : posting.entries) {
        journal_.put(tables_.balances, entry.account, balance(entry.account) + entry.amount);
    }
    return true;
}

Credits MemoryTransaction::balance(std::string_view ledger_account) {
    return value_at(tables_.balances, std::string(ledger_account)).value_or(Credits{});
}

void MemoryTransaction::put_setting(std::string_view key, std::string_view value) {
    journal_.put(tables_.settings, std::string(key), std::string(value));
}

std::optional<std::string> MemoryTransaction::setting(std::string_view key) {
    return value_at(tables_.settings, std::string(key));
}

Result<> MemoryTransaction::commit() {
    journal_.forget();
    return {};
}

}  // namespace gotong::store
