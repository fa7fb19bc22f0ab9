// "Why is it waiting?" and "why did I get nothing?", answered from what the core remembers.
//
// Corridor: schedule/standing -> [core/explain] -> rpc/explain
#include <string_view>
#include <utility>

#include "common/text/duration.h"
#include "coordinator/core/rivals.h"
#include "coordinator/core/state.h"
#include "coordinator/schedule/dispatcher.h"
#include "coordinator/schedule/locality.h"
#include "coordinator/schedule/patience.h"
#include "coordinator/schedule/standing.h"

namespace gotong::core {
namespace {

using Reasons = std::vector<std::string>;

std::string ago(Monotonic then, Monotonic now) {
    return text::duration(std::chrono::duration_cast<std::chrono::milliseconds>(now - then)) +
           " ago";
}

std::string workers_text(std::uint32_t count) {
    return std::to_string(count) + (count == 1 ? " worker" : " workers");
}

std::string worker_name(const State& state, WorkerId id) {
    const store::Worker* worker = state.workers.find(id);
    return worker ? worker->name : id.to_hex();
}

// ---- A job ----

std::uint32_t online_in(const schedule::Tally& tally) {
    std::uint32_t online = 0;
    for (const auto& [standing, count] : tally)
        online += standing == schedule::Standing::away ? 0 : count;
    return online;
}

std::uint32_t count_in(const schedule::Tally& tally, schedule::Standing standing) {
    const auto found = tally.find(standing);
    return found == tally.end() ? 0 : found->second;
}

// "2 busy, 1 draining"
std::string standings_text(const schedule::Tally& tally) {
    constexpr std::pair<schedule::Standing, std::string_view> kWords[] = {
        {schedule::Standing::free, "free"},
        {schedule::Standing::busy, "busy"},
        {schedule::Standing::other_kind, "busy with another model or size"},
        {schedule::Standing::paused, "left alone for a while after handing something back"},
        {schedule::Standing::quarantined, "stuck in a job that they were told to stop"},
        {schedule::Standing::draining, "finishing what they have"},
        {schedule::Standing::unknown, "just connected"},
        {schedule::Standing::avoided, "avoided, because they failed it"}};
    std::string text;
    for (const auto& [standing, word] : kWords) {
        if (count_in(tally, standing) == 0) continue;
        text += (text.empty() ? "" : ", ") + std::to_string(count_in(tally, standing)) + " ";
        text += word;
    }
    return text;
}

std::string supply_of(const State& state, const job::Job& job, const schedule::Tally& tally) {
    const std::uint32_t online = online_in(tally);
    if (online == 0) {
        const auto enrolled = static_cast<std::uint32_t>(state.workers.all().size());
        return "no worker is online; " + workers_text(enrolled) + " joined this pool";
    }
    const std::uint32_t with_model = online - count_in(tally, schedule::Standing::lacks_model);
    if (with_model == 0)
        return "none of the " + workers_text(online) + " online has " + job.spec.model;
    if (count_in(tally, schedule::Standing::too_old) == with_model) {
        return "the " + workers_text(with_model) + " online with " + job.spec.model +
               " must be updated before they can begin with a picture";
    }
    return "of the " + workers_text(with_model) + " online with " + job.spec.model + ": " +
           standings_text(tally);
}

std::string delay_text(const job::Job& job, WallTime until, WallTime now) {
    if (job.start >= until)
        return "it is scheduled: it may start in " + text::duration(until - now);
    return "it is tried again in " + text::duration(until - now);
}

Reasons why_queued(const State& state, const job::Job& job, Now now) {
    Reasons reasons;
    const WallTime until = state.queue.delayed_until(job.id);
    if (until > now.wall) {
        reasons.push_back(delay_text(job, until, now.wall));
    } else {
        const auto tally =
            schedule::tally(schedule::needs_of(job), state.roster, state.leases, now.monotonic);
        reasons.push_back(supply_of(state, job, tally));
        reasons.push_back("it is number " + std::to_string(state.queue.ahead_of(job.id) + 1) +
                          " in the queue for " + job.spec.model);
        if (state.queue.passed_over(job.id)) {
            reasons.push_back("it waits for a worker that has the model loaded; for " +
                              text::duration(std::chrono::duration_cast<std::chrono::milliseconds>(
                                  schedule::kLongestPatience)) +
                              " at most, then a free one loads it");
        }
    }
    if (!job.failed_on.empty()) {
        reasons.push_back(workers_text(static_cast<std::uint32_t>(job.failed_on.size())) +
                          " failed it; the last: " + job.failure);
    }
    reasons.push_back("it is given up in " + text::duration(job.expires - now.wall) +
                      " if nobody has rendered it by then");
    return reasons;
}

Reasons why_running(const State& state, const job::Job& job, Now now) {
    const schedule::Lease& lease = *state.leases.find(job.id);
    const std::string worker = worker_name(state, lease.worker);
    if (!lease.is_accepted) return {"it is offered to " + worker + ", which has not answered yet"};
    return {worker + " renders it: step " + std::to_string(lease.step) + " of " +
            std::to_string(steps_made(job.spec)) + ", news of it came " +
            ago(lease.last_progress, now.monotonic)};
}

Reasons why_ended(const State& state, const job::Job& job) {
    switch (job.state) {
        case job::State::done:
            return {"it is done: " + worker_name(state, job.holder) + " rendered it"};
        case job::State::failed:
            return {"it has failed: " + job.failure};
        default:
            return {"it is cancelled: " + job.failure};
    }
}

// ---- A worker ----

std::string connection_of(const roster::Session* session, Now now) {
    if (!session) return "it is not connected";
    if (!session->stream)
        return "its connection is broken; it was heard " + ago(session->last_heard, now.monotonic);
    if (!session->is_known) return "it has connected and not yet said what it holds";
    if (session->is_draining) return "it takes nothing new: it finishes what it has";
    if (session->is_quarantined)
        return "it was told to stop a job and does not answer that: nothing is offered to it";
    if (now.monotonic < session->paused_until) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            session->paused_until - now.monotonic);
        return "it declined or handed back a job: nothing is offered to it for " +
               text::duration(left);
    }
    return {};
}

std::string occupation_of(const State& state, const roster::Session& session, Now now) {
    const auto held = state.leases.of(session.worker);
    const std::uint32_t free = schedule::free_slots(session, state.leases, now.monotonic);
    std::string text = "it holds " + std::to_string(held.size()) +
                       (held.size() == 1 ? " job" : " jobs") + " and has " + std::to_string(free) +
                       " of " + std::to_string(session.slots) + " slots free";
    for (const LeaseToken& lease : held) text += "; " + lease.job.to_hex();
    return text;
}

void add_models(const State& state, const roster::Session& session, Reasons& reasons) {
    for (std::string& refusal : state.catalogue.refusals(session.offered))
        reasons.push_back(std::move(refusal));
    if (session.usable.empty()) {
        reasons.emplace_back("it offers no model that is in the pool's catalogue");
        return;
    }
    const std::size_t waiting = state.queue.ready_for(session.usable);
    reasons.push_back(waiting == 0
                          ? "no job waits for a model that it has"
                          : "jobs that wait for models that it has: " + std::to_string(waiting));
}

// Formula v3 of the price, the other way round: what a micro-credit of an SD 1.x model pays for.
constexpr double kPixelStepsPerMicro = 512.0 * 512.0 * 20.0 / 1e6;

std::string speed_text(const job::ModelFacts& model, const roster::Pace& pace) {
    if (!pace.ns_per_micro) return "not measured yet";
    const double pixel_steps = kPixelStepsPerMicro * 1'000.0 / model.cost;
    const auto thousands = static_cast<std::int64_t>(pixel_steps / *pace.ns_per_micro * 1e6);
    return std::to_string(thousands) + " thousand pixel-steps/s";
}

// "emoji: resident, 812 thousand pixel-steps/s", "sdxl: on disk, +9.0 s to load, not measured yet".
void add_places(const State& state, const roster::Session& session, Reasons& reasons) {
    const schedule::Activity activity = schedule::activity_of(session.worker, state.leases);
    for (const job::ModelFacts& model : state.catalogue.facts()) {
        if (!session.usable.contains(model.digest)) continue;
        const auto swap = std::chrono::duration_cast<std::chrono::milliseconds>(
            schedule::swap_time(session, activity, model.digest));
        const std::string place =
            swap == 0ms ? "resident" : "on disk, +" + text::duration(swap) + " to load";
        const auto pace = session.paces.find(model.digest);
        reasons.push_back(
            model.name + ": " + place + ", " +
            speed_text(model, pace == session.paces.end() ? roster::Pace{} : pace->second));
    }
}

void add_last(const roster::Session& session, Now now, Reasons& reasons) {
    reasons.push_back(session.last_job.is_zero()
                          ? "it got no job since it connected"
                          : "it last got job " + session.last_job.to_hex() + ", " +
                                ago(session.last_job_at, now.monotonic));
}

// Whom it lost to, and by what: the newest few.
void add_losses(const State& state, WorkerId worker, Now now, Reasons& reasons) {
    constexpr int kMost = 3;
    int told = 0;
    for (const auto& [job, choice, when] : state.choices.newest_first()) {
        for (std::size_t i = 1; i < choice.best.size(); ++i) {
            if (choice.best[i].worker != worker) continue;
            reasons.push_back("job " + job.to_hex() + " went to " +
                              worker_name(state, choice.worker) + " " + ago(when, now.monotonic) +
                              ", it was number " + std::to_string(i + 1) + " of " +
                              std::to_string(choice.free) +
                              " free: " + schedule::advantage(choice.best[0], choice.best[i]));
            if (++told == kMost) return;
        }
    }
}

}  // namespace

std::vector<std::string> Core::why(const job::Job& job, Now now) const {
    if (state_->queue.contains(job.id)) return why_queued(*state_, job, now);
    if (state_->leases.find(job.id)) return why_running(*state_, job, now);
    return why_ended(*state_, job);
}

std::vector<std::string> Core::why(const store::Worker& worker, Now now) const {
    if (worker.revoked) return {"it was revoked by the pool's operator"};
    const roster::Session* session = state_->roster.find(worker.id);
    Reasons reasons;
    if (std::string said = connection_of(session, now); !said.empty())
        reasons.push_back(std::move(said));
    if (!session) return reasons;
    if (std::string notice = rival_notice(*session); !notice.empty())
        reasons.push_back(std::move(notice) + " (the last time " +
                          ago(session->rivals.last, now.monotonic) + ")");
    reasons.push_back(occupation_of(*state_, *session, now));
    add_models(*state_, *session, reasons);
    add_places(*state_, *session, reasons);
    add_last(*session, now, reasons);
    add_losses(*state_, worker.id, now, reasons);
    return reasons;
}

Result<store::Worker> Core::worker_named(const std::string& id_or_name) const {
    return state_->workers.named(id_or_name);
}

std::string Core::name_of(WorkerId worker) const { return worker_name(*state_, worker); }

}  // namespace gotong::core
