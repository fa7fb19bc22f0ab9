// The operator's desk: models, accounts, invites, and putting workers and creators out.
#include <catch2/catch_test_macros.hpp>

#include "coordinator/ledger/ledger.h"
#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

const std::vector<core::OfferedModel> kEmoji{{"emoji", model_named("emoji").digest}};

ErrorCode code_of(const Result<core::Answer>& answer) { return answer.error().code; }

core::Enrol enrolment(const std::string& invite, std::uint8_t key, const std::string& name) {
    return {.reply = 0,
            .invite_hash = digest_of(invite),
            .public_key = key_from(key).public_key(),
            .name = name};
}

TEST_CASE("a model is added, replaced by other weights, and removed") {
    Pool pool;
    const auto add = [&](const std::string& weights) {
        auto answer = pool.ask(core::AddModel{.reply = 0, .model = model_named("emoji", weights)});
        return std::get<core::Replaced>(answer.value()).replaced;
    };
    CHECK(add("first") == false);
    CHECK(add("first") == false);
    CHECK(add("second") == true);
    CHECK(pool.core().catalogue().size() == 1);
    CHECK(pool.ask(core::RemoveModel{.reply = 0, .name = "emoji"}).has_value());
    CHECK(pool.core().catalogue().empty());
    pool.add_model(model_named("emoji"));
    const auto unknown = pool.ask(core::RemoveModel{.reply = 0, .name = "emojis"});
    CHECK(code_of(unknown) == ErrorCode::not_found);
    CHECK(unknown.error().message.find("did you mean \"emoji\"") != std::string::npos);
}

TEST_CASE("a model whose digest is not its manifest's is refused") {
    Pool pool;
    auto model = model_named("emoji");
    model.digest = std::string(64, '0');
    CHECK(code_of(pool.ask(core::AddModel{.reply = 0, .model = model})) ==
          ErrorCode::invalid_argument);
    model.manifest_json = "{";
    CHECK(code_of(pool.ask(core::AddModel{.reply = 0, .model = model})) ==
          ErrorCode::invalid_argument);
    CHECK(pool.core().catalogue().empty());
}

TEST_CASE("a change of the catalogue is told to the workers, and lets jobs go to them") {
    Pool pool;
    pool.add_model(model_named("other"));
    Worker worker{pool, 1, kEmoji};
    worker.connect();
    (void)worker.take();
    pool.add_model(model_named("emoji"));
    const auto welcome = worker.heard<core::Welcome>();
    CHECK(welcome.resumed);
    CHECK(welcome.catalogue.size() == 2);
    CHECK(welcome.refused_models.empty());
    job::Submission submission;
    submission.account = pool.add_account("alice");
    submission.spec.model = "emoji";
    REQUIRE(pool.submit(submission).has_value());
    CHECK(worker.hears<core::OfferJob>());
}

TEST_CASE("jobs that wait for weights which left the catalogue fail with the reason") {
    Pool pool;
    pool.add_model(model_named("emoji", "old"));
    const AccountId alice = pool.add_account("alice", 100);
    const JobId id = pool.submit_one(alice);
    pool.add_model(model_named("emoji", "new"));
    CHECK(pool.job(id).state == job::State::failed);
    CHECK(pool.job(id).failure == "the pool no longer renders with these weights of emoji");
    CHECK(pool.balance(ledger::available_of(alice)) == Credits{100 * kCredit});
}

TEST_CASE("a job that is being rendered may finish after its weights left the catalogue") {
    Pool pool;
    pool.add_model(model_named("emoji"));
    Worker worker{pool, 1, kEmoji};
    worker.connect();
    const JobId id = pool.submit_one(pool.add_account("alice"));
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    REQUIRE(pool.ask(core::RemoveModel{.reply = 0, .name = "emoji"}));
    worker.finish(offer);
    CHECK(pool.job(id).state == job::State::done);
}

TEST_CASE("an account gets its grant once and is found by its token") {
    Pool pool;
    const AccountId alice = pool.add_account("alice", 5);
    CHECK(pool.balance(ledger::available_of(alice)) == Credits{5 * kCredit});
    CHECK(pool.balance(ledger::kGrants) == Credits{-5 * kCredit});
    CHECK(pool.core().account(alice).value().name == "alice");
    CHECK(pool.core().account_of_token(digest_of("another")) == std::nullopt);
    pool.restart();
    CHECK(pool.core().account_of_token(digest_of("token of alice")) == alice);
}

TEST_CASE("account names are plain, new, and grants are not negative") {
    Pool pool;
    pool.add_account("alice");
    const auto add = [&](const std::string& name, std::int64_t grant) {
        return pool.ask(core::AddAccount{
            .reply = 0, .name = name, .token_hash = digest_of("t"), .grant = {grant}});
    };
    CHECK(code_of(add("alice", 0)) == ErrorCode::already_exists);
    CHECK(code_of(add("", 0)) == ErrorCode::invalid_argument);
    CHECK(code_of(add("Alice Smith", 0)) == ErrorCode::invalid_argument);
    CHECK(code_of(add(std::string(65, 'a'), 0)) == ErrorCode::invalid_argument);
    CHECK(code_of(add("bob", -1)) == ErrorCode::invalid_argument);
}

TEST_CASE("a revoked account's token is refused and its open jobs are cancelled") {
    Pool pool;
    pool.add_model(model_named("emoji"));
    const AccountId alice = pool.add_account("alice", 100);
    const JobId id = pool.submit_one(alice);
    REQUIRE(pool.ask(core::RevokeAccount{.reply = 0, .name = "alice"}));
    CHECK(pool.core().account_of_token(digest_of("token of alice")) == std::nullopt);
    CHECK(pool.job(id).state == job::State::cancelled);
    CHECK(pool.job(id).failure == "the account was revoked");
    job::Submission submission;
    submission.account = alice;
    CHECK(pool.submit(submission).error().code == ErrorCode::unauthenticated);
    CHECK(code_of(pool.ask(core::RevokeAccount{.reply = 0, .name = "nobody"})) ==
          ErrorCode::not_found);
}

TEST_CASE("a revoked account comes back with a new token, what it had, and no second grant") {
    Pool pool;
    const AccountId alice = pool.add_account("alice", 5);
    REQUIRE(pool.ask(core::RevokeAccount{.reply = 0, .name = "alice"}));
    REQUIRE(pool.ask(core::AddAccount{
        .reply = 0, .name = "alice", .token_hash = digest_of("new"), .grant = {5 * kCredit}}));
    for (int i = 0; i < 2; ++i) {
        CHECK(pool.core().account_of_token(digest_of("new")) == alice);
        CHECK(pool.core().account_of_token(digest_of("token of alice")) == std::nullopt);
        CHECK(pool.balance(ledger::available_of(alice)) == Credits{5 * kCredit});
        pool.restart();
    }
}

TEST_CASE("an invite lets one key in, once, until it expires") {
    Pool pool;
    REQUIRE(pool.ask(core::AddInvite{0, digest_of("invite"), 1h}));
    const auto first = pool.ask(enrolment("invite", 1, "attic"));
    REQUIRE(first.has_value());
    CHECK(receipt::is_signed_by(std::get<core::Enrolled>(*first).enrolment,
                                pool.notary().public_key()));
    CHECK(pool.core().worker(key_from(1).public_key()).value().name == "attic");
    CHECK(code_of(pool.ask(enrolment("invite", 2, "cellar"))) == ErrorCode::permission_denied);
    CHECK(code_of(pool.ask(enrolment("guess", 2, "cellar"))) == ErrorCode::permission_denied);

    REQUIRE(pool.ask(core::AddInvite{0, digest_of("short"), 1h}));
    pool.pass(1h);
    CHECK(code_of(pool.ask(enrolment("short", 2, "cellar"))) == ErrorCode::permission_denied);
    CHECK(pool.core().worker(key_from(2).public_key()) == std::nullopt);
}

TEST_CASE("an invite without a time of its own lives for a day") {
    Pool pool;
    REQUIRE(pool.ask(core::AddInvite{0, digest_of("invite"), 0ms}));
    pool.pass(23h);
    CHECK(pool.ask(enrolment("invite", 1, "attic")).has_value());
}

TEST_CASE("a worker whose answer was lost gets the same enrolment again") {
    Pool pool;
    REQUIRE(pool.ask(core::AddInvite{0, digest_of("invite"), 1h}));
    const auto first = pool.ask(enrolment("invite", 1, "attic")).value();
    pool.restart();
    const auto second = pool.ask(enrolment("invite", 1, "attic")).value();
    CHECK(std::get<core::Enrolled>(first).enrolment == std::get<core::Enrolled>(second).enrolment);
}

TEST_CASE("a worker's name is one line of text") {
    Pool pool;
    for (const std::string name : {"", "two\nlines", "\xff", "\x1b[31m"}) {
        REQUIRE(pool.ask(core::AddInvite{0, digest_of("invite"), 1h}));
        CHECK(code_of(pool.ask(enrolment("invite", 1, name))) == ErrorCode::invalid_argument);
    }
    CHECK(code_of(pool.ask(enrolment("invite", 1, std::string(65, 'a')))) ==
          ErrorCode::invalid_argument);
    CHECK(pool.ask(enrolment("invite", 1, "Küche")).has_value());
}

TEST_CASE("a revoked worker is cut off, its job goes on elsewhere, and its key stays out") {
    Pool pool;
    pool.add_model(model_named("emoji"));
    Worker worker{pool, 1, kEmoji};
    worker.connect();
    const JobId id = pool.submit_one(pool.add_account("alice"));
    worker.accept(worker.heard<core::OfferJob>());
    REQUIRE(pool.ask(core::RevokeWorker{.reply = 0, .worker = "worker 1"}));
    CHECK(worker.heard<core::CloseStream>().reason.code == ErrorCode::permission_denied);
    CHECK(pool.job(id).state == job::State::queued);
    worker.hello();
    CHECK(worker.heard<core::CloseStream>().reason.code == ErrorCode::permission_denied);
    REQUIRE(pool.ask(core::AddInvite{0, digest_of("invite"), 1h}));
    CHECK(code_of(pool.ask(enrolment("invite", 1, "back"))) == ErrorCode::permission_denied);
}

TEST_CASE("a worker is revoked by id, or by a name that only one has") {
    Pool pool;
    for (std::uint8_t key = 1; key <= 2; ++key) {
        REQUIRE(pool.ask(core::AddInvite{0, digest_of("invite"), 1h}));
        REQUIRE(pool.ask(enrolment("invite", key, "twin")));
    }
    const WorkerId first = crypto::worker_id_of(key_from(1).public_key());
    const auto twins = pool.ask(core::RevokeWorker{.reply = 0, .worker = "twin"});
    CHECK(code_of(twins) == ErrorCode::invalid_argument);
    CHECK(twins.error().message.find(first.to_hex()) != std::string::npos);
    CHECK(code_of(pool.ask(core::RevokeWorker{.reply = 0, .worker = "nobody"})) ==
          ErrorCode::not_found);
    const auto answer = pool.ask(core::RevokeWorker{.reply = 0, .worker = first.to_hex()}).value();
    CHECK(std::get<core::RevokedWorker>(answer).worker == first);
}

TEST_CASE("the pool's view counts who is connected and what waits and runs") {
    Pool pool;
    pool.add_model(model_named("emoji"));
    Worker worker{pool, 1, kEmoji};
    worker.connect();
    const AccountId alice = pool.add_account("alice");
    pool.submit_one(alice);
    pool.submit_one(alice);
    const core::PoolView view = pool.core().pool();
    CHECK(view.workers_online == 1);
    CHECK(view.jobs_running == 1);
    CHECK(view.jobs_queued == 1);
    const auto workers = pool.core().workers();
    REQUIRE(workers.size() == 1);
    CHECK(workers[0].online);
    CHECK(workers[0].device == "cpu");
    CHECK(workers[0].models == std::vector<std::string>{"emoji"});
}

}  // namespace
}  // namespace gotong::test
