// What every store promises (coordinator/store/store.h), run on each of them. Whatever is read
// back was written in a transaction before, never the same one, unless the test is about that.
#include <catch2/catch_test_macros.hpp>

#include "tests/contract/any_store.h"
#include "tests/contract/samples.h"

namespace gotong::store {
namespace {

void check_same(const job::Job& a, const job::Job& b) {
    CHECK(a.id == b.id);
    CHECK(a.request == b.request);
    CHECK(a.account == b.account);
    CHECK(a.spec == b.spec);
    CHECK(a.model_digest == b.model_digest);
    CHECK(a.trace == b.trace);
    CHECK(a.prompt_salt == b.prompt_salt);
    CHECK(a.price == b.price);
    CHECK(a.submitted == b.submitted);
    CHECK(a.start == b.start);
    CHECK(a.expires == b.expires);
    CHECK(a.priority == b.priority);
    CHECK(a.state == b.state);
    CHECK(a.attempt == b.attempt);
    CHECK(a.holder == b.holder);
    CHECK(a.failed_on == b.failed_on);
    CHECK(a.failure == b.failure);
    CHECK(a.not_before == b.not_before);
    CHECK(a.requeued == b.requeued);
    CHECK(a.forgiven == b.forgiven);
    CHECK(a.picture.sha256 == b.picture.sha256);
    CHECK(a.picture.size == b.picture.size);
    CHECK(a.picture.bundle == b.picture.bundle);
}

std::vector<std::uint8_t> numbers_of(const std::vector<job::Job>& jobs) {
    std::vector<std::uint8_t> numbers;
    for (const job::Job& job : jobs) numbers.push_back(job.id.bytes[0]);
    return numbers;
}

using Numbers = std::vector<std::uint8_t>;

TEST_CASE("a job is read back with every field as it was written") {
    AnyStore store;
    job::Job done = sample_job(1);
    done.state = job::State::done;
    done.holder = id_of<WorkerId>(1);
    done.picture = {.sha256 = digest_of(3), .size = 1U << 20U, .bundle = R"({"receipt":1})"};
    store.commit([&](Transaction& t) {
        insert_parents(t);
        t.insert(done);
        t.insert(sample_job(2));
    });
    const auto t = store.begin();
    const auto found = t->find_job(done.id);
    REQUIRE(found);
    check_same(*found, done);
    check_same(t->find_job(sample_job(2).id).value(), sample_job(2));
    CHECK_FALSE(t->find_job(id_of<JobId>(3)));
}

TEST_CASE("what a job begins with is read back, with a mask and without") {
    AnyStore store;
    job::Job masked = sample_job(1);
    masked.spec.original = sample_original();
    job::Job whole = sample_job(2);
    whole.spec.original = sample_original();
    whole.spec.original->mask.reset();
    whole.spec.original->rule = sampling::StrengthRule::a1111;
    store.commit([&](Transaction& t) {
        insert_parents(t);
        t.insert(masked);
        t.insert(whole);
    });
    check_same(store.begin()->find_job(masked.id).value(), masked);
    check_same(store.begin()->find_job(whole.id).value(), whole);
}

std::vector<std::uint8_t> digests_of(const std::vector<Input>& inputs) {
    std::vector<std::uint8_t> digests;
    for (const Input& input : inputs) digests.push_back(input.name.sha256[0]);
    return digests;
}

TEST_CASE("an upload is found by its account and digest until it is removed") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.put_input(sample_input(1));
    });
    const auto found = store.begin()->find_input(sample_input(1).name);
    REQUIRE(found);
    CHECK(found->size == 1'001);
    CHECK(found->kept_from == sample_input(1).kept_from);
    job::InputName others = sample_input(1).name;
    others.account = id_of<AccountId>(2);
    CHECK_FALSE(store.begin()->find_input(others));
    store.commit([](Transaction& t) { t.remove_input(sample_input(1).name); });
    CHECK_FALSE(store.begin()->find_input(sample_input(1).name));
}

TEST_CASE("uploads come by age, and one that is put again is young again") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.insert(sample_account(2));
        for (std::uint8_t n = 1; n <= 3; ++n) t.put_input(sample_input(n, 10 * n));
        Input others = sample_input(4, 15);
        others.name.account = id_of<AccountId>(2);
        t.put_input(others);
    });
    CHECK(digests_of(store.begin()->inputs_of(id_of<AccountId>(1))) == Numbers{1, 2, 3});
    CHECK(digests_of(store.begin()->inputs_until(at(20))) == Numbers{1, 4, 2});
    CHECK(store.begin()->inputs_until(at(9)).empty());
    store.commit([](Transaction& t) { t.put_input(sample_input(1, 40)); });
    CHECK(digests_of(store.begin()->inputs_of(id_of<AccountId>(1))) == Numbers{2, 3, 1});
}

TEST_CASE("without a commit uploads neither come nor go") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.put_input(sample_input(1));
    });
    {
        const auto t = store.begin();
        t->remove_input(sample_input(1).name);
        t->put_input(sample_input(2));
    }
    CHECK(digests_of(store.begin()->inputs_of(id_of<AccountId>(1))) == Numbers{1});
}

TEST_CASE("a transaction reads what it wrote itself") {
    AnyStore store;
    const auto t = store.begin();
    insert_parents(*t);
    t->insert(sample_job(1));
    CHECK(t->find_job(sample_job(1).id));
    CHECK(t->open_jobs().size() == 1);
}

TEST_CASE("without a commit nothing of a transaction stays") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.insert(sample_job(1));
    });
    {
        const auto t = store.begin();
        t->insert(sample_job(2));
        job::Job changed = sample_job(1);
        changed.state = job::State::cancelled;
        t->update(changed);
        t->post({"grant", "x", at(1), {{"a", {5}}, {"b", {-5}}}});
        t->put_setting("key", "value");
    }
    const auto t = store.begin();
    CHECK(numbers_of(t->open_jobs()) == Numbers{1});
    CHECK(t->counts().cancelled == 0);
    CHECK(t->balance("a") == Credits{0});
    CHECK_FALSE(t->setting("key"));
}

TEST_CASE("an update changes how far a job is") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.insert(sample_job(1));
    });
    job::Job changed = sample_job(1);
    changed.state = job::State::running;
    changed.attempt = 3;
    changed.holder = id_of<WorkerId>(1);
    changed.failed_on = {};
    changed.failure = "";
    changed.not_before = at(0);
    changed.start = at(5);
    changed.expires = at(6);
    changed.requeued = 3;
    changed.forgiven = 2;
    store.commit([&](Transaction& t) { t.update(changed); });
    check_same(store.begin()->find_job(changed.id).value(), changed);
}

TEST_CASE("jobs come in the order in which they were inserted, whatever happened to them since") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        for (const std::uint8_t n : Numbers{5, 3, 9, 1}) t.insert(sample_job(n));
        job::Job running = sample_job(5);
        running.state = job::State::running;
        t.update(running);
    });
    const auto t = store.begin();
    CHECK(numbers_of(t->jobs_of(id_of<RequestId>(1))) == Numbers{5, 3, 9, 1});
    CHECK(numbers_of(t->open_jobs()) == Numbers{5, 3, 9, 1});
    CHECK(numbers_of(t->newest_jobs(id_of<AccountId>(1), 10)) == Numbers{1, 9, 3, 5});
    CHECK(numbers_of(t->newest_jobs(id_of<AccountId>(1), 2)) == Numbers{1, 9});
    CHECK(t->jobs_of(id_of<RequestId>(2)).empty());
    CHECK(t->newest_jobs(id_of<AccountId>(2), 10).empty());
}

TEST_CASE("jobs that have ended are counted and no longer open") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        std::uint8_t n = 0;
        for (const job::State state : {job::State::done, job::State::done, job::State::failed,
                                       job::State::cancelled, job::State::running}) {
            job::Job job = sample_job(++n);
            t.insert(job);
            job.state = state;
            t.update(job);
        }
    });
    const auto t = store.begin();
    CHECK(numbers_of(t->open_jobs()) == Numbers{5});
    CHECK(t->counts().done == 2);
    CHECK(t->counts().failed == 1);
    CHECK(t->counts().cancelled == 1);
}

TEST_CASE("a job that is queued again is open in its old place and no longer counted") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        for (const std::uint8_t n : Numbers{1, 2}) t.insert(sample_job(n));
        job::Job failed = sample_job(1);
        failed.state = job::State::failed;
        t.update(failed);
    });
    store.commit([](Transaction& t) { t.update(sample_job(1)); });
    const auto t = store.begin();
    CHECK(numbers_of(t->open_jobs()) == Numbers{1, 2});
    CHECK(t->counts().failed == 0);
}

TEST_CASE("a request is found by its account's idempotency key") {
    AnyStore store;
    Request foreign = sample_request(3, "retry");
    foreign.account = id_of<AccountId>(2);
    store.commit([&](Transaction& t) {
        insert_parents(t);  // With a request that has no key.
        t.insert(sample_account(2));
        t.insert(sample_request(2, "retry"));
        t.insert(foreign);
        t.insert(sample_request(4));  // A second one without a key.
    });
    const auto t = store.begin();
    const auto found = t->find_request(id_of<AccountId>(1), "retry");
    REQUIRE(found);
    CHECK(found->id == id_of<RequestId>(2));
    CHECK(found->account == id_of<AccountId>(1));
    CHECK(found->idempotency_key == "retry");
    CHECK(found->request_hash == digest_of(2));
    CHECK(found->submitted == sample_request(2).submitted);
    CHECK(t->find_request(id_of<AccountId>(2), "retry").value().id == foreign.id);
    CHECK_FALSE(t->find_request(id_of<AccountId>(1), "other"));
    CHECK_FALSE(t->find_request(id_of<AccountId>(1), ""));
}

TEST_CASE("attempts are kept with their ends") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.insert(sample_job(1));
        for (const std::uint32_t number : {1U, 2U, 3U}) t.insert(sample_attempt(number));
    });
    store.commit([](Transaction& t) {
        t.end_attempt(id_of<JobId>(1), 2, at(5), "lost", "no word for 75 s");
    });
    const auto t = store.begin();
    const auto ended = t->find_attempt(id_of<JobId>(1), 2);
    REQUIRE(ended);
    CHECK(ended->job == id_of<JobId>(1));
    CHECK(ended->number == 2);
    CHECK(ended->worker == id_of<WorkerId>(1));
    CHECK(ended->offer_sha256 == digest_of(9));
    CHECK(ended->started == sample_attempt(2).started);
    CHECK(ended->ended == at(5));
    CHECK(ended->outcome == "lost");
    CHECK(ended->reason == "no word for 75 s");
    const auto all = t->attempts_of(id_of<JobId>(1));
    REQUIRE(all.size() == 3);
    CHECK(all[0].number == 1);
    CHECK(all[2].number == 3);
    CHECK(all[2].ended == std::nullopt);
    CHECK_FALSE(t->find_attempt(id_of<JobId>(1), 4));
    CHECK(t->attempts_of(id_of<JobId>(2)).empty());
}

TEST_CASE("a worker's record counts the attempts that were accepted") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.insert(sample_worker(2));
        t.insert(sample_job(1));
        for (const std::uint32_t number : {1U, 2U, 3U}) t.insert(sample_attempt(number));
        t.end_attempt(id_of<JobId>(1), 1, at(5), "rejected", "");
        t.end_attempt(id_of<JobId>(1), 2, at(6), "accepted", "");
    });
    const auto t = store.begin();
    CHECK(t->record_of(id_of<WorkerId>(1)).accepted == 1);
    CHECK(t->record_of(id_of<WorkerId>(2)).accepted == 0);
}

TEST_CASE("a statement is remembered once") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.insert(sample_job(1));
        CHECK(t.remember_statement(digest_of(1), id_of<JobId>(1)));
        CHECK_FALSE(t.remember_statement(digest_of(1), id_of<JobId>(1)));
    });
    store.commit([](Transaction& t) {
        CHECK_FALSE(t.remember_statement(digest_of(1), id_of<JobId>(1)));
        CHECK(t.remember_statement(digest_of(2), id_of<JobId>(1)));
    });
}

TEST_CASE("accounts can be revoked, restored and given another token") {
    AnyStore store;
    store.commit([](Transaction& t) {
        t.insert(sample_account(2));
        t.insert(sample_account(1));
    });
    store.commit([](Transaction& t) {
        t.set_revoked(id_of<AccountId>(2), true);
        t.set_token(id_of<AccountId>(1), digest_of(77));
    });
    const auto accounts = store.begin()->accounts();
    REQUIRE(accounts.size() == 2);
    CHECK(accounts[0].token_hash == digest_of(77));
    CHECK_FALSE(accounts[0].revoked);
    CHECK(accounts[1].id == id_of<AccountId>(2));
    CHECK(accounts[1].name == "account 2");
    CHECK(accounts[1].token_hash == digest_of(2));
    CHECK(accounts[1].revoked);
}

TEST_CASE("an account has a weight and a limit of its own once they are set") {
    AnyStore store;
    store.commit([](Transaction& t) {
        t.insert(sample_account(1));
        t.insert(sample_account(2));
    });
    CHECK(store.begin()->accounts().at(0).weight == 1);
    CHECK(store.begin()->accounts().at(0).max_open_jobs == 0);
    store.commit([](Transaction& t) { t.set_limits(id_of<AccountId>(2), 7, 40); });
    const auto accounts = store.begin()->accounts();
    CHECK(accounts.at(0).weight == 1);
    CHECK(accounts.at(1).weight == 7);
    CHECK(accounts.at(1).max_open_jobs == 40);
}

TEST_CASE("a worker's name, enrolment and standing change") {
    AnyStore store;
    store.commit([](Transaction& t) {
        t.insert(sample_worker(2));
        t.insert(sample_worker(1));
    });
    Worker changed = sample_worker(2);
    changed.name = "renamed";
    changed.enrolment = "{}";
    changed.revoked = true;
    store.commit([&](Transaction& t) { t.update(changed); });
    const auto workers = store.begin()->workers();
    REQUIRE(workers.size() == 2);
    CHECK(workers[0].name == "worker 1");
    CHECK_FALSE(workers[0].revoked);
    CHECK(workers[1].id == changed.id);
    CHECK(workers[1].public_key == changed.public_key);
    CHECK(workers[1].name == "renamed");
    CHECK(workers[1].enrolment == "{}");
    CHECK(workers[1].enrolled == changed.enrolled);
    CHECK(workers[1].revoked);
}

TEST_CASE("an invite is good once, and until it expires") {
    AnyStore store;
    store.commit([](Transaction& t) {
        t.insert_invite(digest_of(1), at(1000));
        t.insert_invite(digest_of(2), at(1000));
    });
    store.commit([](Transaction& t) {
        CHECK_FALSE(t.take_invite(digest_of(3), at(1)));
        CHECK_FALSE(t.take_invite(digest_of(2), at(1000)));
        CHECK(t.take_invite(digest_of(1), at(999)));
    });
    store.commit([](Transaction& t) { CHECK_FALSE(t.take_invite(digest_of(1), at(999))); });
}

TEST_CASE("the catalogue holds one model per name, in the order of the names") {
    AnyStore store;
    const CatalogueModel wide{.name = "wide",
                              .manifest_json = R"({"files":[]})",
                              .digest = std::string(64, 'b'),
                              .preview_matrix = {0.5F, -1.25F, 3e-8F},
                              .preview_bias = {1.F, 2.F, 3.F}};
    store.commit([&](Transaction& t) {
        t.put({.name = "wide",
               .manifest_json = "{}",
               .digest = "",
               .preview_matrix = {},
               .preview_bias = {}});
        t.put(wide);
        t.put({.name = "emoji",
               .manifest_json = "{}",
               .digest = "",
               .preview_matrix = {},
               .preview_bias = {}});
    });
    const auto models = store.begin()->models();
    REQUIRE(models.size() == 2);
    CHECK(models[0].name == "emoji");
    CHECK(models[0].preview_matrix.empty());
    CHECK(models[1].name == wide.name);
    CHECK(models[1].manifest_json == wide.manifest_json);
    CHECK(models[1].digest == wide.digest);
    CHECK(models[1].preview_matrix == wide.preview_matrix);
    CHECK(models[1].preview_bias == wide.preview_bias);
    store.commit([](Transaction& t) { t.remove_model("wide"); });
    CHECK(store.begin()->models().size() == 1);
}

TEST_CASE("a posting happens once, and balances are the sums of the entries") {
    AnyStore store;
    const Posting hold{"hold", "job 1", at(1), {{"alice", {-30}}, {"held", {30}}}};
    store.commit([&](Transaction& t) {
        CHECK(t.post({"grant", "alice", at(1), {{"pool", {-100}}, {"alice", {100}}}}));
        CHECK(t.post(hold));
        CHECK_FALSE(t.post(hold));
        CHECK(t.balance("alice") == Credits{70});
    });
    store.commit([&](Transaction& t) {
        CHECK_FALSE(t.post(hold));
        CHECK(t.post({"release", "job 1", at(2), {{"held", {-30}}, {"alice", {30}}}}));
    });
    const auto t = store.begin();
    CHECK(t->balance("alice") == Credits{100});
    CHECK(t->balance("held") == Credits{0});
    CHECK(t->balance("pool") == Credits{-100});
    CHECK(t->balance("nobody") == Credits{0});
}

TEST_CASE("a setting has its last value") {
    AnyStore store;
    store.commit([](Transaction& t) {
        t.put_setting("pool.name", "one");
        t.put_setting("pool.name", "two");
    });
    const auto t = store.begin();
    CHECK(t->setting("pool.name") == "two");
    CHECK_FALSE(t->setting("pool"));
}

}  // namespace
}  // namespace gotong::store
