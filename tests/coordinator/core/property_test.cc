// Whatever happens, in whatever order: no job is lost, none is accepted twice, the books balance,
// and when the faults stop every wait ends.
//
// Each seed plays a pool of three creators' accounts and three workers against a script of random
// events: submissions, cancellations, offers accepted, declined or ignored, progress, results on
// time, late, repeated and false, failures, broken streams, dead workers, a coordinator that dies
// between two events or before a commit, uploads that come, age and are lost, and time. The
// invariants are checked after every event from the store alone; a failure names its seed.
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <map>
#include <random>

#include "coordinator/job/inputs.h"
#include "coordinator/ledger/ledger.h"
#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

constexpr std::uint64_t kSeeds = 150;
constexpr int kActions = 120;
constexpr std::uint32_t kAll = 100'000;
constexpr std::int64_t kGrant = 60;  // Credits: some submissions will not be affordable.

const std::vector<core::OfferedModel> kEmoji{{"emoji", model_named("emoji").digest}};

struct Actor {
    Worker worker;
    std::map<core::LeaseToken, core::OfferJob> offers;  // All that it ever got.

    // Reads its mail and returns the new offers in it.
    std::vector<core::OfferJob> read() {
        std::vector<core::OfferJob> fresh;
        for (const core::WorkerMessage& message : worker.take()) {
            const auto* offer = std::get_if<core::OfferJob>(&message);
            if (!offer) continue;
            const bool can_hear_of_inputs = worker.protocol >= handshake::kProtocolOfOriginals;
            CHECK((offer->inputs.empty() || can_hear_of_inputs));
            offers.insert_or_assign(offer->lease, *offer);
            fresh.push_back(*offer);
        }
        return fresh;
    }
};

class Chaos {
  public:
    explicit Chaos(std::uint64_t seed) : random_(seed), pool_(test_policy(), seed) {
        pool_.add_model(model_named("emoji"));
        for (const char* name : {"alice", "bob", "carol"}) {
            accounts_.push_back(pool_.add_account(name, kGrant));
        }
        for (std::uint8_t number = 1; number <= 3; ++number) {
            actors_.push_back({Worker{pool_, number, kEmoji, number}, {}});
        }
        actors_.front().worker.protocol = handshake::kOldestProtocol;
    }

    void act() {
        switch (below(14)) {
            case 0:
            case 1:
                return submit();
            case 2:
                return cancel();
            case 3:
                return pool_.pass(std::chrono::seconds{below(100)});
            case 4:
                return die();
            case 5:
                return upload();
            case 6:
                return lose_or_wait();
            default:
                return act_as(actors_[below(actors_.size())]);
        }
    }

    // Only honest work from here on, until nothing is open or `rounds` are over.
    void calm_down(int rounds) {
        for (Actor& actor : actors_) actor.worker.restart();
        for (int round = 0; round < rounds && !pool_.read()->open_jobs().empty(); ++round) {
            for (Actor& actor : actors_) work_honestly(actor);
            pool_.pass(5s);
        }
    }

    void check_invariants() {
        Credits in_accounts = pool_.balance(ledger::kGrants);
        Credits paid;
        Credits earned;
        std::size_t open = 0;
        std::size_t total = 0;
        for (const AccountId& account : accounts_) {
            Credits held;
            for (const job::Job& job : pool_.read()->newest_jobs(account, kAll)) {
                check_job(job);
                ++total;
                open += job::has_ended(job.state) ? 0U : 1U;
                if (!job::has_ended(job.state)) held = held + job.price;
                if (job.state == job::State::done) paid = paid + job.price;
            }
            CHECK(pool_.balance(ledger::held_of(account)) == held);
            CHECK(pool_.balance(ledger::available_of(account)) >= Credits{0});
            in_accounts = in_accounts + pool_.balance(ledger::held_of(account)) +
                          pool_.balance(ledger::available_of(account));
        }
        for (const Actor& actor : actors_) {
            earned = earned + pool_.balance(ledger::earned_by(actor.worker.id()));
        }
        CHECK(earned == paid);
        CHECK(in_accounts + earned == Credits{0});
        CHECK(total >= most_jobs_);  // None is lost.
        most_jobs_ = total;
        const core::PoolView view = pool_.core().pool();
        CHECK(view.jobs_queued + view.jobs_running == open);
    }

    bool all_ended() { return pool_.read()->open_jobs().empty(); }
    std::uint64_t done() { return pool_.read()->counts().done; }
    bool made_of_uploads() const { return made_of_uploads_ > 0; }

  private:
    std::size_t below(std::size_t n) {
        return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_);
    }

    void submit() {
        job::Submission submission;
        submission.account = accounts_[below(accounts_.size())];
        submission.spec.prompt = "apple " + std::to_string(below(3));
        submission.count = static_cast<std::uint32_t>(1 + below(3));
        if (below(2) == 0) {
            const Digest picture = digest_of(std::to_string(below(3)));
            submission.spec.original =
                job::OriginalDraft{.picture_sha256 = {picture.begin(), picture.end()},
                                   .mask_sha256 = {},
                                   .strength = std::nullopt,
                                   .strength_rule = {}};
        }
        if (below(2) == 0) submission.idempotency_key = "key " + std::to_string(below(6));
        pool_.step(core::Submit{.reply = ++replies_, .submission = submission});
    }

    job::InputName some_input() {
        return {accounts_[below(accounts_.size())], digest_of(std::to_string(below(3)))};
    }

    void upload() {
        pool_.step(core::InputStored{.reply = ++replies_, .name = some_input(), .size = 1'000});
    }

    // Losses are rare, or nothing would ever be made of an upload.
    void lose_or_wait() {
        if (below(8) == 0) return pool_.step(core::InputLost{some_input()});
        if (below(4) == 0) pool_.pass(9h);
    }

    void cancel() {
        const auto jobs = pool_.read()->newest_jobs(accounts_[below(3)], kAll);
        if (jobs.empty()) return;
        const job::Job& job = jobs[below(jobs.size())];
        pool_.step(core::CancelJob{.reply = ++replies_, .account = job.account, .job = job.id});
    }

    void die() {
        if (below(2) == 0) return pool_.restart();
        pool_.die_at_next_event();
    }

    void act_as(Actor& actor) {
        Worker& worker = actor.worker;
        switch (below(10)) {
            case 0:
                return worker.connect();
            case 1:
                return worker.drop();
            case 2:
                return worker.restart();
            case 3:
                return pool_.step(core::WorkerGoodbye{worker.stream()});
            case 4:
                return worker.snapshot();
            case 5:
            case 6:
                return answer_offers(actor);
            default:
                return report(actor);
        }
    }

    void answer_offers(Actor& actor) {
        if (actor.worker.stream() == 0) actor.worker.connect();
        for (const core::OfferJob& offer : actor.read()) {
            const std::size_t mood = below(6);
            if (mood == 0) actor.worker.decline(offer, std::chrono::seconds{below(30)});
            if (mood >= 2) actor.worker.accept(offer);
        }
    }

    // Something about a lease that it holds, held, or only heard of.
    void report(Actor& actor) {
        if (actor.offers.empty()) return;
        auto chosen = std::next(actor.offers.begin(),
                                static_cast<std::ptrdiff_t>(below(actor.offers.size())));
        const core::OfferJob& offer = chosen->second;
        switch (below(6)) {
            case 0:
                return actor.worker.progress(offer.lease,
                                             static_cast<std::uint32_t>(1 + below(25)));
            case 1:
                return actor.worker.fail(offer.lease, ErrorCode::unavailable);
            case 2:
                return actor.worker.fail(offer.lease, ErrorCode::internal);
            case 3:
                return actor.worker.send(offer, receipt::RenderStatement{});
            default:
                return actor.worker.finish(offer);
        }
    }

    void work_honestly(Actor& actor) {
        Worker& worker = actor.worker;
        if (!worker.is_welcome()) worker.restart();
        for (const core::OfferJob& offer : actor.read()) worker.accept(offer);
        const auto held = worker.held;
        for (const core::HeldLease& entry : held) worker.finish(actor.offers.at(entry.lease));
        const auto outbox = worker.outbox;
        for (const core::LeaseToken& token : outbox) worker.finish(actor.offers.at(token));
        for (const core::OfferJob& offer : actor.read()) worker.accept(offer);
        worker.snapshot();
    }

    void check_job(const job::Job& job) {
        for (const job::InputName& name : job::inputs_of(job.account, job.spec)) {
            CHECK((job::has_ended(job.state) || pool_.read()->find_input(name)));
            if (job.state == job::State::done) ++made_of_uploads_;
        }
        std::size_t accepted = 0;
        for (const job::Attempt& attempt : pool_.read()->attempts_of(job.id)) {
            CHECK(attempt.number <= job.attempt);
            accepted += attempt.outcome == "accepted" ? 1U : 0U;
        }
        CHECK(accepted == (job.state == job::State::done ? 1U : 0U));
        auto [before, is_new] = states_.emplace(job.id, job.state);
        if (!is_new && job::has_ended(before->second)) CHECK(job.state == before->second);
        before->second = job.state;
    }

    std::mt19937_64 random_;
    Pool pool_;
    std::vector<AccountId> accounts_;
    std::deque<Actor> actors_;
    std::map<JobId, job::State> states_;
    std::size_t most_jobs_ = 0;
    std::size_t made_of_uploads_ = 0;
    core::ReplyId replies_ = 1'000'000;
};

TEST_CASE("no job is lost, accepted twice or paid twice, and every wait ends when faults stop") {
    std::uint64_t done = 0;
    std::uint64_t made_of_uploads = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        INFO("seed " << seed);
        Chaos chaos{seed};
        for (int i = 0; i < kActions; ++i) {
            chaos.act();
            chaos.check_invariants();
        }
        chaos.calm_down(200);
        chaos.check_invariants();
        CHECK(chaos.all_ended());
        done += chaos.done();
        made_of_uploads += chaos.made_of_uploads() ? 1U : 0U;
    }
    CHECK(done > kSeeds);  // The script does get pictures made.
    CHECK(made_of_uploads > kSeeds / 4);
}

}  // namespace
}  // namespace gotong::test
