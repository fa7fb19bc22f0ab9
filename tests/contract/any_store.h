// Each of the stores in turn, for the tests of what all of them promise.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>
#include <utility>

#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/sqlite/store.h"
#include "tests/support/temp_dir.h"

namespace gotong::store {

// One of the stores, empty.
class AnyStore {
  public:
    AnyStore() {
        const std::string kind = GENERATE("memory", "sqlite");
        INFO("store: " << kind);
        if (kind == "memory") {
            store_ = std::make_unique<MemoryStore>();
            return;
        }
        Result<std::unique_ptr<Store>> opened = sqlite::open(folder_ / "pool");
        REQUIRE(opened);
        store_ = std::move(*opened);
    }

    std::unique_ptr<Transaction> begin() { return store_->begin(); }

    // What `work` did is there for the next transaction.
    template <class Work>
    void commit(Work work) {
        const auto transaction = begin();
        work(*transaction);
        REQUIRE(transaction->commit());
    }

  private:
    test::TempDir folder_;
    std::unique_ptr<Store> store_;
};

}  // namespace gotong::store
