// Balances after each kind of posting, and the sum of all of them.
#include "coordinator/ledger/ledger.h"

#include <catch2/catch_test_macros.hpp>

#include "coordinator/store/memory/memory_store.h"

namespace gotong::ledger {
namespace {

job::Job job_of(std::uint8_t n, std::int64_t price) {
    job::Job job;
    job.id.bytes[0] = n;
    job.account.bytes[0] = 100;
    job.price = {price};
    return job;
}

struct Books {
    store::MemoryStore store;
    std::unique_ptr<store::Transaction> transaction = store.begin();
    AccountId alice = job_of(1, 0).account;
    WorkerId worker;

    std::int64_t available() { return transaction->balance(available_of(alice)).micro; }
    std::int64_t held() { return transaction->balance(held_of(alice)).micro; }
    std::int64_t earned() { return transaction->balance(earned_by(worker)).micro; }
    std::int64_t sum() {
        return available() + held() + earned() + transaction->balance(kGrants).micro;
    }
};

TEST_CASE("a grant is given once") {
    Books books;
    CHECK(grant(*books.transaction, books.alice, {100}, WallTime{}));
    CHECK(!grant(*books.transaction, books.alice, {100}, WallTime{}));
    CHECK(books.available() == 100);
    CHECK(books.sum() == 0);
}

TEST_CASE("a hold moves the price, once") {
    Books books;
    grant(*books.transaction, books.alice, {100}, WallTime{});
    CHECK(hold(*books.transaction, job_of(1, 30), WallTime{}));
    CHECK(!hold(*books.transaction, job_of(1, 30), WallTime{}));
    CHECK(books.available() == 70);
    CHECK(books.held() == 30);
    CHECK(books.sum() == 0);
}

TEST_CASE("settling pays the worker out of the hold") {
    Books books;
    grant(*books.transaction, books.alice, {100}, WallTime{});
    hold(*books.transaction, job_of(1, 30), WallTime{});
    hold(*books.transaction, job_of(2, 20), WallTime{});
    settle(*books.transaction, job_of(1, 30), books.worker, WallTime{});
    CHECK(books.available() == 50);
    CHECK(books.held() == 20);
    CHECK(books.earned() == 30);
    CHECK(books.sum() == 0);
}

TEST_CASE("releasing gives the hold back") {
    Books books;
    grant(*books.transaction, books.alice, {100}, WallTime{});
    hold(*books.transaction, job_of(1, 30), WallTime{});
    release(*books.transaction, job_of(1, 30), WallTime{});
    CHECK(books.available() == 100);
    CHECK(books.held() == 0);
    CHECK(books.sum() == 0);
}

}  // namespace
}  // namespace gotong::ledger
