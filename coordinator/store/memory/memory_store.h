// A Store in plain maps: for tests, for the simulator, and as the executable meaning of store.h.
//
// Nothing outlives the object. A transaction that is not committed leaves no trace, so that a crash
// at any point can be played by dropping it.
#pragma once

#include <memory>

#include "coordinator/store/store.h"

namespace gotong::store {

struct Tables;

class MemoryStore final : public Store {
  public:
    MemoryStore();
    ~MemoryStore() override;

    // One at a time; the store outlives it.
    std::unique_ptr<Transaction> begin() override;

  private:
    std::unique_ptr<Tables> tables_;
};

}  // namespace gotong::store
