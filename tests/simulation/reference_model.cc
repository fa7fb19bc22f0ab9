#include "tests/simulation/reference_model.h"

#include <algorithm>

#include "coordinator/job/inputs.h"
#include "coordinator/job/state.h"
#include "coordinator/ledger/ledger.h"
#include "tests/simulation/heard.h"
#include "tests/simulation/violation.h"

namespace gotong::simulation {
namespace {

using job::State;

bool is_blamed(const job::Attempt& attempt) {
    return attempt.outcome == "failed" || attempt.outcome == "rejected";
}

bool has_weights(store::Transaction& store, const std::string& digest) {
    return std::ranges::any_of(store.models(),
                               [&](const auto& model) { return model.digest == digest; });
}

bool lacks_input(store::Transaction& store, const job::Job& job) {
    return std::ranges::any_of(job::inputs_of(job.account, job.spec),
                               [&](const auto& name) { return !store.find_input(name); });
}

}  // namespace

std::optional<core::Verdict> ReferenceModel::deserved(store::Transaction& store,
                                                      const core::ResultVerified& result,
                                                      bool is_sound) const {
    const WorkerId worker = truth_.speakers.at(result.stream);
    const auto attempt = store.find_attempt(result.lease.job, result.lease.attempt);
    if (!attempt || attempt->worker != worker) return core::Verdict::rejected;
    const auto job = store.find_job(result.lease.job);
    if (job::has_ended(job->state)) {
        const bool was_this = attempt->outcome == "accepted";
        return was_this ? core::Verdict::duplicate : core::Verdict::superseded;
    }
    if (job->state == State::running && job->holder != worker) return core::Verdict::superseded;
    if (!result.verdict && result.verdict.error().code == ErrorCode::unavailable)
        return std::nullopt;
    return is_sound ? core::Verdict::accepted : core::Verdict::rejected;
}

// An account has its grant once, when it is added first.
void ReferenceModel::note_grants(const Turn& turn, store::Transaction& store) {
    for (const Heard& heard : turn.heard) {
        const auto* added = std::get_if<core::AddAccount>(&heard.event);
        if (!added) continue;
        for (const store::Account& account : store.accounts()) {
            if (account.name != added->name || !granted_.insert(account.id).second) continue;
            balances_[ledger::kGrants] = balances_[ledger::kGrants] - added->grant;
            balances_[ledger::available_of(account.id)] = added->grant;
        }
    }
}

void ReferenceModel::note_limits(const Turn& turn, store::Transaction& store) {
    limits_before_.clear();
    for (const Heard& heard : turn.heard) {
        const auto* set = std::get_if<core::SetAccount>(&heard.event);
        if (!set) continue;
        for (const store::Account& account : store.accounts()) {
            if (account.name != set->name) continue;
            Limits& limits = limits_[account.id];
            limits_before_.emplace(account.id, limits.max_open_jobs);
            if (set->weight) limits.weight = *set->weight;
            if (set->max_open_jobs) limits.max_open_jobs = *set->max_open_jobs;
        }
    }
}

// Of an account that has submitted something in this turn: what has ended in it was open as well.
void ReferenceModel::check_open_jobs(AccountId account) const {
    const auto or_pools = [&](std::uint32_t limit) {
        return limit == 0 ? truth_.policy.max_open_jobs_per_account : limit;
    };
    const auto found = limits_.find(account);
    std::uint32_t most = or_pools(found == limits_.end() ? 0 : found->second.max_open_jobs);
    if (const auto before = limits_before_.find(account); before != limits_before_.end())
        most = std::max(most, or_pools(before->second));
    const auto open = std::ranges::count_if(jobs_, [&](const auto& it) {
        return it.second.job.account == account && !job::has_ended(it.second.job.state);
    });
    require(open <= static_cast<std::ptrdiff_t>(most), "no account has more jobs than its limit",
            std::to_string(open) + " of " + std::to_string(most));
}

void ReferenceModel::told(const core::Send& send) {
    const auto* reply = std::get_if<core::Reply>(&send);
    if (!reply || !reply->answer) return;
    if (const auto* submitted = std::get_if<core::Submitted>(&*reply->answer)) {
        for (const job::Job& job : submitted->jobs) acknowledged_.insert(job.id);
    }
}

// ---- Jobs ----

void ReferenceModel::appear(const Turn& turn, const job::Job& job, store::Transaction& store) {
    const bool was_asked = heard<core::Submit>(
        turn, [&](const core::Submit& it) { return is_as_asked(it.submission, job, turn, store); });
    require(was_asked, "a job appears only when its account submits one", job.id.to_hex());
    job::Job fresh = job;
    fresh.state = State::queued;
    fresh.attempt = 0;
    fresh.failed_on.clear();
    jobs_.emplace(job.id, Known{fresh, {}});
    ++open_;
    const auto available = ledger::available_of(job.account);
    const auto held = ledger::held_of(job.account);
    balances_[available] = balances_[available] - job.price;
    balances_[held] = balances_[held] + job.price;
    require(job.expires - job.start <= truth_.policy.job_expiry, "no job waits for ever",
            job.id.to_hex());
}

// The operator has queued it again after it failed: its price is held anew.
void ReferenceModel::reopen(const Turn& turn, Known& known, const job::Job& job) {
    const std::string id = job.id.to_hex();
    const bool was_asked =
        heard<core::RequeueJob>(turn, [&](const core::RequeueJob& it) { return it.job == job.id; });
    require(was_asked, "only the operator queues a failed job again", id);
    if (known.job.state != State::failed) return;  // It failed in this turn.
    coverage_.saw("operator: job requeued");
    known.job.state = State::queued;
    known.job.failed_on.clear();
    ++open_;
    const auto available = ledger::available_of(job.account);
    const auto held = ledger::held_of(job.account);
    balances_[available] = balances_[available] - job.price;
    balances_[held] = balances_[held] + job.price;
}

bool ReferenceModel::is_as_asked(const job::Submission& submission, const job::Job& job,
                                 const Turn& turn, store::Transaction& store) {
    const milliseconds wait =
        submission.expires_in > 0ms ? submission.expires_in : truth_.policy.job_expiry;
    return submission.account == job.account && submission.priority == job.priority &&
           job.start == turn.now.wall + submission.start_in && job.expires == job.start + wait &&
           answers(submission, job, store);
}

// One key, one request, and as many jobs as it asked for.
bool ReferenceModel::answers(const job::Submission& submission, const job::Job& job,
                             store::Transaction& store) {
    if (submission.idempotency_key.empty()) return true;
    const auto request = store.find_request(submission.account, submission.idempotency_key);
    if (!request || request->id != job.request) return false;
    const auto known =
        keys_.try_emplace({submission.account, submission.idempotency_key}, request->id).first;
    return known->second == request->id && store.jobs_of(request->id).size() == submission.count;
}

void ReferenceModel::account_for(const job::Job& before, const job::Job& after) {
    running_ -= before.state == State::running ? 1U : 0U;
    running_ += after.state == State::running ? 1U : 0U;
    if (job::has_ended(before.state) || !job::has_ended(after.state)) return;
    --open_;
    const auto held = ledger::held_of(after.account);
    balances_[held] = balances_[held] - after.price;
    const auto to = after.state == State::done ? ledger::earned_by(after.holder)
                                               : ledger::available_of(after.account);
    balances_[to] = balances_[to] + after.price;
}

void ReferenceModel::check_attempts(const job::Job& job, Known& known,
                                    store::Transaction& store) const {
    const auto attempts = store.attempts_of(job.id);
    const std::string id = job.id.to_hex();
    require(attempts.size() == job.attempt, "a job has begun the attempts that it counts", id);
    std::set<WorkerId> blamed;
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        const job::Attempt& attempt = attempts[i];
        const bool is_newest = i + 1 == attempts.size();
        require(attempt.number == i + 1, "attempts are numbered without a gap", id);
        const bool is_held = job.state == State::running && is_newest;
        require(attempt.ended.has_value() != is_held, "an attempt is open while it is held", id);
        if (is_held) require(attempt.worker == job.holder, "the holder has the newest attempt", id);
        if (is_blamed(attempt) && attempt.number > job.forgiven) blamed.insert(attempt.worker);
        if (attempt.outcome == "accepted") {
            ++accepted;
            require(attempt.worker == job.holder, "who is paid made the accepted attempt", id);
            require(truth_.sound_results.contains({job.id, attempt.number}),
                    "only honest work is accepted", id);
        }
        std::string& before = known.outcomes[attempt.number];
        const bool may_change = before.empty() || attempt.outcome == "accepted";
        require(before == attempt.outcome || may_change, "an attempt ends once", id);
        before = attempt.outcome;
    }
    require(accepted == (job.state == State::done ? 1U : 0U),
            "a job that is done has one accepted attempt, and no other has one", id);
    // A late result of an attempt that failed may be accepted: the blame stays with the job.
    require(std::ranges::includes(job.failed_on, blamed), "who failed a job is avoided", id);
    if (accepted == 0) require(blamed == job.failed_on, "only who failed a job is blamed", id);
}

void ReferenceModel::check_job(const Turn& turn, const job::Job& job, store::Transaction& store) {
    if (!jobs_.contains(job.id)) appear(turn, job, store);
    Known& known = jobs_.at(job.id);
    if (job.requeued != known.job.requeued) reopen(turn, known, job);
    const job::Job before = known.job;
    const std::string id = job.id.to_hex();
    require(
        job.account == before.account && job.price == before.price && job.request == before.request,
        "whose a job is and what it costs never changes", id);
    require(job.attempt >= before.attempt, "the fencing token only grows", id);
    if (job::has_ended(before.state)) {
        require(job.state == before.state && job.holder == before.holder &&
                    job.attempt == before.attempt,
                "ended is for ever", id);
    }
    check_kept(turn, before, job);
    check_attempts(job, known, store);
    if (!job::has_ended(before.state)) check_ending(turn, job, store.attempts_of(job.id), store);
    known.job = job;
    account_for(before, job);
}

// What the policy lets go of, and when; the rest stays for ever.
void ReferenceModel::check_kept(const Turn& turn, const job::Job& before,
                                const job::Job& after) const {
    const std::string id = after.id.to_hex();
    require(after.ended.has_value() == job::has_ended(after.state), "what has ended says when", id);
    const auto is_due = [&](milliseconds kept) {
        return kept > 0ms && after.ended && *after.ended + kept <= turn.now.wall;
    };
    if (after.picture_removed && !before.picture_removed) {
        require(after.state == State::done && is_due(truth_.policy.keep_pictures),
                "pictures are let go of when the policy says so", id);
    }
    if (after.body_removed && !before.body_removed)
        require(is_due(truth_.policy.keep_jobs), "prompts are let go of when the policy says so",
                id);
    require(after.spec.prompt.empty() == after.body_removed.has_value(), "a prompt stays till then",
            id);
    require(!before.picture_removed || after.picture_removed, "what was let go of is gone", id);
    require(before.picture.bundle.empty() || after.picture.bundle == before.picture.bundle,
            "receipts stay", id);
}

void ReferenceModel::check_gone(Now now) const {
    const auto is_overdue = [&](const job::Job& job, milliseconds kept) {
        return kept > 0ms && job.ended &&
               *job.ended + kept + 2 * truth_.policy.retention_sweep <= now.wall;
    };
    for (const auto& [id, known] : jobs_) {
        const job::Job& job = known.job;
        if (job.state == State::done && is_overdue(job, truth_.policy.keep_pictures))
            require(job.picture_removed.has_value(), "old pictures go in the end", id.to_hex());
        if (is_overdue(job, truth_.policy.keep_jobs))
            require(job.body_removed.has_value(), "old prompts go in the end", id.to_hex());
    }
}

void ReferenceModel::check_ending(const Turn& turn, const job::Job& job,
                                  const std::vector<job::Attempt>& attempts,
                                  store::Transaction& store) {
    if (job.state == State::failed) check_failure(turn, job, attempts, store);
    if (job.state == State::cancelled) check_cancelled(turn, job);
    if (job.state == State::done)
        require(!job.picture.bundle.empty(), "a picture has its receipt", job.id.to_hex());
}

void ReferenceModel::check_failure(const Turn& turn, const job::Job& job,
                                   const std::vector<job::Attempt>& attempts,
                                   store::Transaction& store) {
    const std::string& why = job.failure;
    const auto limit = truth_.policy.distinct_failures;
    bool is_just = false;
    for (const char* kind : {"given up", "no worker rendered it in time",
                             "the pool no longer renders", "the picture"}) {
        if (why.starts_with(kind)) coverage_.saw(std::string("job failed: ") + kind);
    }
    if (why.starts_with("given up")) {
        const auto faults = std::ranges::count_if(attempts, [&](const job::Attempt& attempt) {
            return is_blamed(attempt) && attempt.number > job.forgiven;
        });
        is_just = job.failed_on.size() >= limit || faults >= static_cast<std::ptrdiff_t>(limit);
    } else if (why.starts_with("no worker rendered it in time")) {
        is_just = turn.now.wall >= job.expires;
    } else if (why.starts_with("the pool no longer renders")) {
        is_just = !has_weights(store, job.model_digest) || heard<core::AddModel>(turn);
    } else if (why.starts_with("the picture")) {
        is_just = lacks_input(store, job) || heard<core::InputStored>(turn);
    }
    require(is_just, "a job fails for a reason that holds", job.id.to_hex() + " " + why);
}

void ReferenceModel::check_cancelled(const Turn& turn, const job::Job& job) const {
    const bool by_creator = heard<core::CancelJob>(turn, [&](const core::CancelJob& it) {
        return it.job == job.id && it.account == job.account;
    });
    require(by_creator || heard<core::RevokeAccount>(turn), "nobody else cancels a job",
            job.id.to_hex());
}

void ReferenceModel::check_balances(const job::Job& job, store::Transaction& store) {
    const auto check = [&](const std::string& name) {
        require(store.balance(name) == balances_[name], "the books say what the jobs say", name);
    };
    const std::string available = ledger::available_of(job.account);
    check(available);
    check(ledger::held_of(job.account));
    require(balances_[available] >= Credits{}, "nobody spends what he has not", available);
    if (job.state == State::done) check(ledger::earned_by(job.holder));
}

// Who comes again after having nothing waiting starts at the level of the others: being idle saves
// nothing up.
void ReferenceModel::check_shares(std::int64_t slots) {
    std::map<AccountId, std::int64_t> served;
    std::set<AccountId> waiting;
    for (const auto& [id, known] : jobs_) {
        const job::Job& job = known.job;
        if (job.state == State::queued) waiting.insert(job.account);
        if (job.state == State::running || job.state == State::done) ++served[job.account];
    }
    if (!std::ranges::includes(waited_, waiting)) served_before_ = served;
    waited_ = waiting;
    for (auto& [account, count] : served) count -= served_before_[account];
    for (const AccountId& one : waiting) {
        for (const AccountId& other : waiting) {
            const std::int64_t ours = limits_[one].weight;
            const std::int64_t theirs = limits_[other].weight;
            const std::int64_t apart = served[one] * theirs - served[other] * ours;
            require(apart <= theirs + ours * theirs + slots * (ours + theirs),
                    "who waits has a fair share", std::to_string(apart));
        }
    }
}

void ReferenceModel::check_turn(const Turn& turn, const std::set<JobId>& touched,
                                store::Transaction& store) {
    note_grants(turn, store);
    note_limits(turn, store);
    touched_ = touched;
    std::set<AccountId> submitters;
    for (const JobId& id : touched) {
        const auto job = store.find_job(id);
        if (job && !jobs_.contains(id)) submitters.insert(job->account);
        if (job) check_job(turn, *job, store);
        require(job || !jobs_.contains(id), "no job is lost", id.to_hex());
    }
    for (const JobId& id : touched) {
        if (jobs_.contains(id)) check_balances(jobs_.at(id).job, store);
    }
    for (const AccountId& account : submitters) check_open_jobs(account);
}

void ReferenceModel::check_all(const Turn& turn, store::Transaction& store) {
    std::size_t stored = 0;
    std::set<JobId> ids;
    for (const store::Account& account : store.accounts()) {
        for (const job::Job& job : store.newest_jobs(account.id, 1'000'000)) {
            ++stored;
            ids.insert(job.id);
        }
    }
    for (const auto& [id, known] : jobs_) require(ids.contains(id), "no job is lost", id.to_hex());
    for (const JobId& id : acknowledged_)
        require(ids.contains(id), "no job that was acknowledged is lost", id.to_hex());
    check_turn(turn, ids, store);
    require(stored == jobs_.size(), "no job is doubled");
    for (const auto& [id, known] : jobs_) {
        const job::Job& job = known.job;
        if (job.state == State::done && !job.picture_removed)
            require(truth_.blobs.contains(job.picture.sha256), "a picture that is kept is there",
                    id.to_hex());
    }
    Credits sum;
    for (const auto& [name, ours] : balances_) {
        require(store.balance(name) == ours, "the books say what the jobs say", name);
        sum = sum + store.balance(name);
    }
    require(sum == Credits{}, "all balances together are zero");
    require(store.open_jobs().size() == open_, "what is open is what has not ended");
}

void ReferenceModel::check_recovered(const Turn& turn, store::Transaction& store) {
    const auto before = limits_;
    check_all(turn, store);
    for (const store::Account& account : store.accounts()) {
        const Limits stored{account.weight, account.max_open_jobs};
        const auto was = before.find(account.id);
        const bool is_old = stored == (was == before.end() ? Limits{} : was->second);
        require(is_old || stored == limits_[account.id], "limits are what was said of them");
        limits_[account.id] = stored;
    }
}

void ReferenceModel::check_counts(const core::PoolView& view) const {
    require(view.jobs_queued + view.jobs_running == open_, "the core knows every open job");
    require(view.jobs_running == running_, "the core knows who renders");
}

std::size_t ReferenceModel::most_lost() const {
    std::size_t most = 0;
    for (const auto& [id, known] : jobs_) {
        const auto lost = std::ranges::count_if(
            known.outcomes, [](const auto& outcome) { return outcome.second == "lost"; });
        most = std::max(most, static_cast<std::size_t>(lost));
    }
    return most;
}

std::vector<JobId> ReferenceModel::failed() const {
    std::vector<JobId> failed;
    for (const auto& [id, known] : jobs_) {
        if (known.job.state == State::failed) failed.push_back(id);
    }
    return failed;
}

}  // namespace gotong::simulation
