#include "coordinator/store/memory/memory_store.h"

#include "coordinator/store/memory/tables.h"
#include "coordinator/store/memory/transaction.h"

namespace gotong::store {

MemoryStore::MemoryStore() : tables_(std::make_unique<Tables>()) {}
MemoryStore::~MemoryStore() = default;

std::unique_ptr<Transaction> MemoryStore::begin() {
    return std::make_unique<MemoryTransaction>(*tables_);
}

}  // namespace gotong::store
