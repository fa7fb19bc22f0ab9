#include "coordinator/core/accounts.h"

namespace gotong::core {

void Accounts::put(const store::Account& account) {
    const auto before = accounts_.find(account.id);
    if (before != accounts_.end()) by_token_.erase(before->second.token_hash);
    accounts_.insert_or_assign(account.id, account);
    by_name_.insert_or_assign(account.name, account.id);
    by_token_.insert_or_assign(account.token_hash, account.id);
}

const store::Account* Accounts::find(AccountId id) const {
    const auto found = accounts_.find(id);
    return found == accounts_.end() ? nullptr : &found->second;
}

const store::Account* Accounts::named(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : find(found->second);
}

const store::Account* Accounts::with_token(const Digest& token_hash) const {
    const auto found = by_token_.find(token_hash);
    return found == by_token_.end() ? nullptr : find(found->second);
}

std::vector<store::Account> Accounts::all() const {
    std::vector<store::Account> all;
    for (const auto& [name, id] : by_name_) all.push_back(accounts_.at(id));
    return all;
}

}  // namespace gotong::core
