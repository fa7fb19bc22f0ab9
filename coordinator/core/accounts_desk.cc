// The operator's desk for creators' accounts.
#include <algorithm>

#include "common/text/plain_name.h"
#include "coordinator/core/endings.h"
#include "coordinator/core/handlers.h"
#include "coordinator/job/limits.h"
#include "coordinator/ledger/ledger.h"

namespace gotong::core {
namespace {

Result<> check_new(const State& state, const AddAccount& event) {
    if (!text::is_plain_name(event.name)) {
        return fail(ErrorCode::invalid_argument,
                    "an account's name is 1 to " + std::to_string(text::kMaxPlainName) +
                        " of a-z, 0-9, '.', '_' and '-', and begins with a letter or digit",
                    "account");
    }
    if (event.grant < Credits{}) {
        return fail(ErrorCode::invalid_argument, "a grant cannot be less than 0: 0 works",
                    "grant_micro_credits");
    }
    const store::Account* same = state.accounts.named(event.name);
    if (same && !same->revoked) {
        return fail(ErrorCode::already_exists,
                    "there is an account \"" + event.name + "\"; revoke its token first",
                    "account");
    }
    return {};
}

Failure no_such_account(const std::string& name) {
    return fail(ErrorCode::not_found, "there is no account \"" + name + "\"", "account");
}

Result<Answer> add(Step& step, const AddAccount& event) {
    State& state = step.state;
    if (auto ok = check_new(state, event); !ok) return Failure{ok.error()};
    if (const store::Account* revoked = state.accounts.named(event.name)) {
        // It comes back with what it had; the grant was given once.
        store::Account account = *revoked;
        account.token_hash = event.token_hash;
        account.revoked = false;
        step.store.set_token(account.id, account.token_hash);
        step.store.set_revoked(account.id, false);
        state.accounts.put(account);
        return Done{};
    }
    const store::Account account{.id = draw<AccountId>(state.rng),
                                 .name = event.name,
                                 .token_hash = event.token_hash,
                                 .revoked = false};
    step.store.insert(account);
    ledger::grant(step.store, account.id, event.grant, step.now.wall);
    state.accounts.put(account);
    return Done{};
}

// Its open jobs end with it: nobody is left to whom their pictures could be given.
Result<Answer> revoke(Step& step, const RevokeAccount& event) {
    State& state = step.state;
    const store::Account* found = state.accounts.named(event.name);
    if (!found) return no_such_account(event.name);
    store::Account account = *found;
    account.revoked = true;
    step.store.set_revoked(account.id, true);
    state.accounts.put(account);
    for (const JobId& job : state.jobs.of(account.id)) {
        cancel_job(step, job, "the account was revoked");
    }
    return Done{};
}

Result<> check_limits(const SetAccount& event) {
    if (event.weight && (*event.weight < 1 || *event.weight > job::kMaxWeight)) {
        return fail(ErrorCode::invalid_argument,
                    "a weight is 1 to " + std::to_string(job::kMaxWeight) + ": " +
                        std::to_string(std::clamp(*event.weight, 1U, job::kMaxWeight)) +
                        " is the nearest",
                    "weight");
    }
    if (event.max_open_jobs.value_or(0) > job::kMaxOpenJobs) {
        return fail(
            ErrorCode::invalid_argument,
            "an account may have at most " + std::to_string(job::kMaxOpenJobs) + " open jobs",
            "max_open_jobs");
    }
    return {};
}

Result<Answer> set(Step& step, const SetAccount& event) {
    State& state = step.state;
    if (auto ok = check_limits(event); !ok) return Failure{ok.error()};
    const store::Account* found = state.accounts.named(event.name);
    if (!found) return no_such_account(event.name);
    store::Account account = *found;
    account.weight = event.weight.value_or(account.weight);
    account.max_open_jobs = event.max_open_jobs.value_or(account.max_open_jobs);
    step.store.set_limits(account.id, account.weight, account.max_open_jobs);
    state.accounts.put(account);
    state.queue.set_weight(account.id, account.weight);
    return Done{};
}

}  // namespace

void on(Step& step, const SetAccount& event) { step.reply(event.reply, set(step, event)); }

void on(Step& step, const AddAccount& event) { step.reply(event.reply, add(step, event)); }

void on(Step& step, const RevokeAccount& event) { step.reply(event.reply, revoke(step, event)); }

}  // namespace gotong::core
