#include "tests/simulation/creator.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coordinator/job/state.h"
#include "tests/simulation/violation.h"
#include "tests/simulation/world.h"

namespace gotong::simulation {
namespace {

constexpr milliseconds kAskAgain{8'000};
constexpr milliseconds kWatchAgain{5'000};
constexpr std::int64_t kGrant = 18;      // Credits: some wishes will not be affordable.
constexpr std::int64_t kFairGrant = 64;  // All of them are.
constexpr std::uint64_t kFileBytes = 1'000;

}  // namespace

Creator::Creator(World& world, std::size_t number)
    : world_(world), number_(number), name_("creator-" + std::to_string(number)) {}

void Creator::join() {
    const Digest token = test::digest_of("token of " + name_);
    const Credits grant{(world_.plan.is_fair ? kFairGrant : kGrant) * test::kCredit};
    (void)world_.ask(
        core::AddAccount{.reply = 0, .name = name_, .token_hash = token, .grant = grant});
    account_ = world_.host.core().account_of_token(token).value();
}

void Creator::plan_wishes() {
    const milliseconds span = world_.plan.is_fair ? 0ms : world_.plan.faults_for * 3 / 4;
    for (std::size_t i = 0; i < world_.plan.submissions; ++i)
        world_.agenda.after(world_.chance.between(0ms, span), [this, i] { wish(i); });
    keep_watching();
    if (world_.plan.is_fair) return;
    world_.every(100s, [this] { world_.network.cut_watch(account_); });
    world_.every(70s, [this] { cancel_some(); });
    world_.every(60s, [this] { upload(); });
    world_.every(200s, [this] { lose_upload(); });
    world_.every(100s, [this] { reuse_key(); });
    upload();
}

// ---- Uploads ----

void Creator::upload() {
    const job::InputName name{account_,
                              test::digest_of(name_ + std::to_string(world_.chance.below(3)))};
    world_.coverage.saw("input: planned");
    world_.network.ask(core::PlanUpload{.reply = 0, .name = name, .size = kFileBytes},
                       [this, name](const Result<core::Answer>& answer) {
                           if (answer) store_upload(name);
                       });
}

void Creator::store_upload(const job::InputName& name) {
    if (!world_.host.is_up()) return;
    world_.files.insert(name);
    world_.coverage.saw("input: stored");
    world_.network.ask(core::InputStored{.reply = 0, .name = name, .size = kFileBytes},
                       [this, name](const Result<core::Answer>& answer) {
                           if (answer) uploads_.push_back(name);
                       });
}

void Creator::lose_upload() {
    if (uploads_.empty() || !world_.chance.one_in(3)) return;
    const job::InputName name = world_.chance.pick(uploads_);
    world_.files.erase(name);
    world_.coverage.saw("input: lost");
    world_.host.hear(core::InputLost{name});
}

// ---- Submissions ----

job::Submission Creator::draw_submission(std::size_t number) {
    Chance& chance = world_.chance;
    job::Submission submission;
    submission.account = account_;
    submission.count = 3;
    submission.spec.model = models().front().name;
    submission.spec.prompt = "apple " + std::to_string(number);
    submission.idempotency_key = "key " + std::to_string(number);
    if (world_.plan.is_fair) return submission;
    submission.count = static_cast<std::uint32_t>(1 + chance.below(3));
    submission.spec.model = chance.pick(models()).name;
    if (chance.one_in(25)) submission.spec.prompt = "poison";
    if (chance.one_in(3)) submission.spec.width = 256;
    if (chance.one_in(8)) submission.idempotency_key.clear();
    draw_timing(submission);
    if (!uploads_.empty() && chance.one_in(3)) {
        const Digest& picture = chance.pick(uploads_).sha256;
        submission.spec.original =
            job::OriginalDraft{.picture_sha256 = {picture.begin(), picture.end()},
                               .mask_sha256 = {},
                               .strength = std::nullopt,
                               .strength_rule = {}};
    }
    return submission;
}

void Creator::draw_timing(job::Submission& submission) {
    Chance& chance = world_.chance;
    if (chance.one_in(6)) {
        world_.coverage.saw("creator: start later");
        submission.start_in = chance.between(1s, 120s);
    }
    if (chance.one_in(6)) {
        world_.coverage.saw("creator: own expiry");
        submission.expires_in =
            chance.between(60s, std::min(world_.plan.policy.job_expiry, 600'000ms));
    }
    if (chance.one_in(4)) {
        world_.coverage.saw("creator: priority");
        submission.priority = static_cast<std::int32_t>(chance.below(7)) - 3;
    }
}

void Creator::wish(std::size_t number) {
    wishes_.push_back({.submission = draw_submission(number), .answer = std::nullopt});
    const bool has_key = !wishes_.back().submission.idempotency_key.empty();
    if (!has_key) world_.coverage.saw("creator: no key");
    if (has_key) ++waiting_;
    submit(wishes_.size() - 1, false);
}

// Without a key asking again would be another wish.
void Creator::submit(std::size_t wish, bool is_again) {
    if (wishes_[wish].is_answered) return;
    if (is_again) world_.coverage.saw("creator: retry with the same key");
    world_.network.ask(
        core::Submit{.reply = 0, .submission = wishes_[wish].submission},
        [this, wish](const Result<core::Answer>& answer) { answered(wish, answer); });
    if (wishes_[wish].submission.idempotency_key.empty()) return;
    world_.agenda.after(kAskAgain, [this, wish] { submit(wish, true); });
}

void Creator::answered(std::size_t number, const Result<core::Answer>& answer) {
    Wish& wish = wishes_[number];
    const bool has_key = !wish.submission.idempotency_key.empty();
    if (!std::exchange(wish.is_answered, true) && has_key) --waiting_;
    if (!answer) {
        if (answer.error().code == ErrorCode::resource_exhausted)
            world_.coverage.saw("creator: refused for want of credits");
        // An earlier answer, on its way for longer, may have said yes.
        return;
    }
    const auto& submitted = std::get<core::Submitted>(*answer);
    if (wish.answer && has_key)
        require(wish.answer->request == submitted.request, "one key is one request");
    require(submitted.jobs.size() == wish.submission.count, "as many jobs as were asked for");
    wish.answer = submitted;
    for (const job::Job& job : submitted.jobs) accepted_.insert(job.id);
}

// A mistake of the creator's, which the pool must notice.
void Creator::reuse_key() {
    for (const Wish& wish : wishes_) {
        if (!wish.answer || wish.submission.idempotency_key.empty()) continue;
        world_.coverage.saw("creator: same key, another request");
        core::Submit again{.reply = 0, .submission = wish.submission};
        again.submission.spec.prompt += " and a pear";
        return world_.network.ask(std::move(again), [](const Result<core::Answer>& answer) {
            require(!answer.has_value(), "a key is good for one request");
        });
    }
}

// ---- Cancellations ----

void Creator::cancel_some() {
    if (accepted_.empty()) return;
    const auto job = std::next(accepted_.begin(),
                               static_cast<std::ptrdiff_t>(world_.chance.below(accepted_.size())));
    if (!cancelling_.insert(*job).second) return;
    world_.coverage.saw("creator: cancel");
    ++waiting_;
    cancel(*job);
}

void Creator::cancel(JobId job) {
    if (!cancelling_.contains(job)) return;
    world_.network.ask(core::CancelJob{.reply = 0, .account = account_, .job = job},
                       [this, job](const Result<core::Answer>& answer) {
                           require(answer.has_value(),
                                   "a job that was accepted can be named for ever");
                           const auto& ended = std::get<job::Job>(*answer);
                           if (ended.state != job::State::cancelled)
                               world_.coverage.saw("creator: cancel of an ended job");
                           if (cancelling_.erase(job) != 0) --waiting_;
                       });
    world_.agenda.after(kAskAgain, [this, job] { cancel(job); });
}

// ---- Watching ----

void Creator::keep_watching() {
    if (!world_.network.is_watched(account_)) world_.network.watch(*this);
    world_.agenda.after(kWatchAgain, [this] { keep_watching(); });
}

void Creator::hear(const Told& told) {
    const auto [before, is_first] = heard_.try_emplace(told.job, told.state, told.requeued);
    const auto& [state, requeued] = before->second;
    require(is_first || !job::has_ended(state) || state == told.state || told.requeued > requeued,
            "who has heard of an end hears of no other", told.job.to_hex());
    require(is_first || told.requeued >= requeued, "what is watched does not go back",
            told.job.to_hex());
    before->second = {told.state, told.requeued};
}

bool Creator::is_watching() const {
    return !std::ranges::all_of(accepted_, [&](const JobId& job) {
        const auto heard = heard_.find(job);
        return heard != heard_.end() && job::has_ended(heard->second.first);
    });
}

}  // namespace gotong::simulation
