#include "tests/simulation/watched_store.h"

#include <utility>

#include "coordinator/job/state.h"
#include "tests/support/store/forwarding.h"

namespace gotong::simulation {
namespace {

constexpr std::uint8_t kUnlucky = 32;  // Of 256 ids, those whose jobs a mutant loses.

class WatchedTransaction final : public test::ForwardingTransaction {
  public:
    WatchedTransaction(WatchedStore& store, std::unique_ptr<store::Transaction> inner)
        : ForwardingTransaction(std::move(inner)), store_(store) {}

    using ForwardingTransaction::insert;
    using ForwardingTransaction::update;

    void insert(const job::Job& job) override {
        store_.touch(job.id);
        if (is(Mutant::lose_a_job) && job.id.bytes.back() < kUnlucky) return;
        ForwardingTransaction::insert(job);
    }

    void insert(const store::Request& request) override {
        store::Request altered = request;
        if (is(Mutant::forget_key)) altered.idempotency_key += request.id.to_hex();
        ForwardingTransaction::insert(altered);
    }

    std::optional<store::Request> find_request(AccountId account, std::string_view key) override {
        if (is(Mutant::forget_key)) return std::nullopt;
        return ForwardingTransaction::find_request(account, key);
    }

    void update(const job::Job& job) override {
        store_.touch(job.id);
        store_.note_state(inner(), job);
        job::Job altered = job;
        if (is(Mutant::forget_requeue) && job.state == job::State::queued) return;
        if (is(Mutant::skip_fence) && job.state == job::State::running) --altered.attempt;
        if (is(Mutant::resurrect_cancelled) && job.state == job::State::cancelled)
            altered.state = job::State::queued;
        ForwardingTransaction::update(altered);
    }

    void insert(const job::Attempt& attempt) override {
        store_.touch(attempt.job);
        ForwardingTransaction::insert(attempt);
    }

    void end_attempt(JobId job, std::uint32_t number, WallTime at, std::string_view outcome,
                     std::string_view reason) override {
        store_.touch(job);
        if (const auto found = inner().find_attempt(job, number); found && !found->outcome.empty())
            store_.coverage().saw(found->outcome + " attempt, later " + std::string(outcome));
        store_.coverage().saw("attempt " + std::string(outcome));
        if (is(Mutant::leave_attempt_open) && outcome == "lost") return;
        if (is(Mutant::blame_the_innocent) && outcome == "returned") outcome = "failed";
        ForwardingTransaction::end_attempt(job, number, at, outcome, reason);
        if (is(Mutant::accept_twice) && outcome == "accepted" && number > 1)
            ForwardingTransaction::end_attempt(job, number - 1, at, outcome, reason);
    }

    void remove_picture(JobId job, WallTime at) override {
        store_.touch(job);
        store_.coverage().saw("retention: picture");
        ForwardingTransaction::remove_picture(job, at);
        if (!is(Mutant::forget_receipt)) return;
        auto altered = *inner().find_job(job);
        altered.picture.bundle.clear();
        ForwardingTransaction::update(altered);
    }

    void remove_body(JobId job, WallTime at) override {
        store_.touch(job);
        store_.coverage().saw("retention: prompt");
        ForwardingTransaction::remove_body(job, at);
    }

    std::vector<store::KeptPicture> pictures_until(WallTime ended, std::uint32_t most) override {
        if (is(Mutant::keep_for_ever)) return {};
        if (is(Mutant::remove_too_early)) ended += std::chrono::hours{1};
        return ForwardingTransaction::pictures_until(ended, most);
    }

    bool is_picture_kept(const Digest& sha256) override {
        const bool is_kept = ForwardingTransaction::is_picture_kept(sha256);
        if (is_kept) store_.coverage().saw("retention: another job has the picture");
        return is_kept && !is(Mutant::remove_shared_picture);
    }

    std::vector<job::Job> open_jobs() override {
        auto jobs = ForwardingTransaction::open_jobs();
        if (is(Mutant::forget_open_job) && !jobs.empty()) jobs.pop_back();
        return jobs;
    }

    bool post(const store::Posting& posting) override {
        if (is(Mutant::drop_hold) && posting.kind == "hold") return true;
        if (is(Mutant::forget_release) && posting.kind == "release") return true;
        if (posting.kind == "settle") return settle(posting);
        return ForwardingTransaction::post(posting);
    }

    Result<> commit() override {
        store_.call("commit");
        // A full disk is in nobody's way who writes nothing.
        if (!store_.touched().empty() && store_.take_commit_failure()) {
            if (is(Mutant::swallow_failed_commit)) return {};
            return fail(ErrorCode::resource_exhausted, "database or disk is full");
        }
        Result<> committed = inner().commit();
        if (committed) store_.call("after commit");
        if (is(Mutant::swallow_failed_commit)) return {};
        return committed;
    }

  protected:
    void before(std::string_view call) override { store_.read_or_write(call); }

  private:
    bool is(Mutant mutant) const { return store_.mutant() == mutant; }

    bool settle(store::Posting posting) {
        if (is(Mutant::credit_nobody)) return true;
        store::LedgerEntry& paid = posting.entries.back();
        if (is(Mutant::credit_another)) paid.account = "worker/" + WorkerId{}.to_hex();
        if (is(Mutant::one_sided_posting)) posting.entries.erase(posting.entries.begin());
        const bool posted = ForwardingTransaction::post(posting);
        if (!is(Mutant::credit_twice)) return posted;
        posting.reference += "'";
        return ForwardingTransaction::post(posting);
    }

    WatchedStore& store_;
};

}  // namespace

std::unique_ptr<store::Transaction> WatchedStore::begin() {
    call("begin");
    auto inner = inner_.begin();
    current_ = inner.get();
    return std::make_unique<WatchedTransaction>(*this, std::move(inner));
}

void WatchedStore::die_at_call(std::uint64_t n, std::function<void()> on_death) {
    calls_left_ = n;
    on_death_ = std::move(on_death);
}

void WatchedStore::call(std::string_view name) {
    if (calls_left_ == 0 || --calls_left_ > 0) return;
    coverage_.saw("death at " + std::string(name));
    on_death_();
    throw ProcessDied{};
}

void WatchedStore::read_or_write(std::string_view name) {
    call(name);
    if (calls_to_break_ == 0 || --calls_to_break_ > 0) return;
    coverage_.saw("pool: disk failed in a step");
    throw store::Broken{Error{ErrorCode::data_loss, "disk I/O error", {}}};
}

void WatchedStore::note_state(store::Transaction& inner, const job::Job& job) {
    const auto before = inner.find_job(job.id);
    if (before && before->state != job.state) coverage_.saw(transition(before->state, job.state));
}

}  // namespace gotong::simulation
