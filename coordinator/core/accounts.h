// The creators' accounts, by every name that they are asked for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/crypto/digest.h"
#include "common/ids.h"
#include "coordinator/store/store.h"

namespace gotong::core {

class Accounts {
  public:
    void put(const store::Account& account);  // New, or changed.

    const store::Account* find(AccountId id) const;
    const store::Account* named(const std::string& name) const;
    const store::Account* with_token(const Digest& token_hash) const;
    std::vector<store::Account> all() const;

  private:
    std::map<AccountId, store::Account> accounts_;
    std::map<std::string, AccountId> by_name_;
    std::map<Digest, AccountId> by_token_;
};

}  // namespace gotong::core
