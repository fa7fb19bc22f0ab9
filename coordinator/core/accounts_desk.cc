// The operator's desk for creators' accounts.
#include "common/text/plain_name.h"
#include "coordinator/core/endings.h"
#include "coordinator/core/handlers.h"
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
    if (!found) {
        return fail(ErrorCode::not_found, "there is no account \"" + event.name + "\"", "account");
    }
    store::Account account = *found;
    account.revoked = true;
    step.store.set_revoked(account.id, true);
    state.accounts.put(account);
    for (const JobId& job : state.jobs.of(account.id)) {
        cancel_job(step, job, "the account was revoked");
    }
    return Done{};
}

}  // namespace

void on(Step& step, const AddAccount& event) { step.reply(event.reply, add(step, event)); }

void on(Step& step, const RevokeAccount& event) { step.reply(event.reply, revoke(step, event)); }

}  // namespace gotong::core
