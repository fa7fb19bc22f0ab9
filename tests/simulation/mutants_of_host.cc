#include "tests/simulation/mutants_of_host.h"

#include <algorithm>

#include "coordinator/job/state.h"

namespace gotong::simulation {
namespace {

using Sends = std::vector<core::Send>;

template <class Message>
Message* said(core::Send& send) {
    auto* to_worker = std::get_if<core::ToWorker>(&send);
    return to_worker ? std::get_if<Message>(&to_worker->message) : nullptr;
}

std::optional<Sends> cancelled_in_word(const core::CancelJob& event, store::Transaction& store) {
    auto job = store.find_job(event.job);
    if (!job) return std::nullopt;
    job->state = job::State::cancelled;
    return Sends{core::Reply{event.reply, *job}};
}

std::optional<Sends> too_late(const core::ResultVerified& event, store::Transaction& store) {
    const auto job = store.find_job(event.lease.job);
    if (!job || (job->state == job::State::running && job->attempt == event.lease.attempt))
        return std::nullopt;
    return Sends{core::ToWorker{
        event.stream, core::AckResult{event.lease, core::Verdict::superseded, "too late", {}}}};
}

bool is_acknowledgement(core::Send& send) {
    const auto* ack = said<core::AckResult>(send);
    return ack &&
           (ack->verdict == core::Verdict::accepted || ack->verdict == core::Verdict::duplicate);
}

bool tells_an_end(core::Send& send) {
    const auto* change = std::get_if<core::JobChanged>(&send);
    return change && job::has_ended(change->view.job.state);
}

// To the newest stream of anybody else.
void offer_to_two(Turn& turn, const Truth& truth) {
    Sends more;
    for (core::Send& send : turn.sends) {
        const auto* offer = said<core::OfferJob>(send);
        if (!offer) continue;
        const WorkerId worker = truth.speakers.at(std::get<core::ToWorker>(send).stream);
        const auto other = std::find_if(truth.speakers.rbegin(), truth.speakers.rend(),
                                        [&](const auto& it) { return it.second != worker; });
        if (other != truth.speakers.rend()) more.push_back(core::ToWorker{other->first, *offer});
    }
    turn.sends.insert(turn.sends.end(), more.begin(), more.end());
}

void call_off(core::Send& send) {
    if (auto* desired = said<core::Desired>(send)) desired->cancel = desired->keep;
}

void praise(core::Send& send) {
    auto* ack = said<core::AckResult>(send);
    if (ack && ack->verdict == core::Verdict::rejected) ack->verdict = core::Verdict::accepted;
}

}  // namespace

std::optional<Sends> heard_by_mutant(Mutant mutant, const Heard& heard, store::Transaction& store) {
    if (mutant == Mutant::never_expire && std::holds_alternative<core::Tick>(heard.event))
        return Sends{};
    const auto* cancel = std::get_if<core::CancelJob>(&heard.event);
    if (mutant == Mutant::ignore_cancel && cancel) return cancelled_in_word(*cancel, store);
    const auto* result = std::get_if<core::ResultVerified>(&heard.event);
    if (mutant == Mutant::refuse_late_results && result) return too_late(*result, store);
    return std::nullopt;
}

std::optional<core::Event> altered_by_mutant(Mutant mutant, const core::Event& event) {
    if (mutant == Mutant::none) return std::nullopt;
    if (const auto* submit = std::get_if<core::Submit>(&event)) {
        core::Submit altered = *submit;
        if (mutant == Mutant::ignore_expiry) altered.submission.expires_in = {};
        if (mutant == Mutant::ignore_start) altered.submission.start_in = {};
        if (mutant == Mutant::ignore_priority) altered.submission.priority = 0;
        return altered;
    }
    if (const auto* limits = std::get_if<core::SetAccount>(&event)) {
        core::SetAccount altered = *limits;
        if (mutant == Mutant::ignore_limit) altered.max_open_jobs.reset();
        if (mutant == Mutant::ignore_weights) altered.weight.reset();
        if (mutant == Mutant::favour_an_account && altered.name == "creator-0") altered.weight = 64;
        return altered;
    }
    return std::nullopt;
}

void change_said(Mutant mutant, Turn& turn, const Truth& truth) {
    const auto drop = [&](auto is_dropped) { std::erase_if(turn.sends, is_dropped); };
    if (mutant == Mutant::never_acknowledge) drop(is_acknowledgement);
    if (mutant == Mutant::tell_no_end) drop(tells_an_end);
    if (mutant == Mutant::offer_nobody)
        drop([](core::Send& send) { return said<core::OfferJob>(send) != nullptr; });
    if (mutant == Mutant::answer_nobody)
        drop([](core::Send& send) { return std::holds_alternative<core::Reply>(send); });
    if (mutant == Mutant::offer_to_two) offer_to_two(turn, truth);
    if (mutant == Mutant::cancel_what_is_wanted) std::ranges::for_each(turn.sends, call_off);
    if (mutant == Mutant::acknowledge_the_rejected) std::ranges::for_each(turn.sends, praise);
}

}  // namespace gotong::simulation
