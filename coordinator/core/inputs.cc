#include "coordinator/core/inputs.h"

#include <algorithm>
#include <set>
#include <string>

#include "coordinator/core/endings.h"
#include "coordinator/core/handlers.h"
#include "coordinator/job/inputs.h"
#include "coordinator/job/limits.h"

namespace gotong::core {
namespace {

using job::InputName;

std::string gone_text(const crypto::Digest& sha256) {
    return "the picture " + crypto::to_hex(sha256) +
           " that the job begins with is gone from the pool's disk; upload it again";
}

void remove_input(Step& step, const InputName& name) {
    step.store.remove_input(name);
    step.sends.push_back(RemoveInput{name});
}

// The file is not there, whatever the row said.
void lose_input(Step& step, const InputName& name) {
    step.store.remove_input(name);
    for (const JobId& job : step.state.jobs.beginning_with(name)) {
        fail_job(step, job, gone_text(name.sha256));
    }
}

Result<> check_account(const Step& step, AccountId id) {
    const store::Account* account = step.state.accounts.find(id);
    if (account && !account->revoked) return {};
    return fail(ErrorCode::unauthenticated, "this account is not known, or was revoked");
}

Result<> check_size(std::uint64_t size) {
    if (size >= 1 && size <= job::kMaxInputBytes) return {};
    return fail(ErrorCode::invalid_argument,
                "size is " + std::to_string(size) + "; a picture to begin with has 1 to " +
                    std::to_string(job::kMaxInputBytes) + " bytes",
                "size");
}

// Small files are counted as larger ones, so that an account has no more than some thousands.
std::uint64_t charge(std::uint64_t size) { return std::max(size, job::kLeastInputCharge); }

std::uint64_t total_of(const std::vector<store::Input>& inputs) {
    std::uint64_t total = 0;
    for (const store::Input& input : inputs) total += charge(input.size);
    return total;
}

std::string in_minutes(std::chrono::milliseconds duration) {
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(duration).count();
    if (minutes < 120) return std::to_string(minutes) + " min";
    return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

// When enough of `inputs`, the oldest first, is a day old. What open jobs name stays.
std::string when_room_comes(const Step& step, const std::vector<store::Input>& inputs,
                            std::uint64_t surplus) {
    std::uint64_t freed = 0;
    for (const store::Input& input : inputs) {
        if (step.state.jobs.need(input.name)) continue;
        freed += charge(input.size);
        if (freed < surplus) continue;
        const auto due = input.kept_from + step.state.policy.input_kept;
        return "there is room for this one in " + in_minutes(due - step.now.wall);
    }
    return "there is room for this one when jobs that name them have ended";
}

// What is old makes room first.
Result<> check_room(Step& step, const InputName& name, std::uint64_t size) {
    const std::uint64_t quota = step.state.policy.input_quota;
    const std::uint64_t more = charge(size);
    if (total_of(step.store.inputs_of(name.account)) + more <= quota) return {};
    remove_old_inputs(step);
    const std::vector<store::Input> inputs = step.store.inputs_of(name.account);
    const std::uint64_t total = total_of(inputs);
    if (total + more <= quota) return {};
    return fail(ErrorCode::resource_exhausted,
                "your account's uploads take " + std::to_string(total) + " of " +
                    std::to_string(quota) + " bytes; " +
                    when_room_comes(step, inputs, total + more - quota),
                "size");
}

// Its day begins again. False: it is not there.
bool renew(Step& step, const InputName& name) {
    auto input = step.store.find_input(name);
    if (!input) return false;
    input->kept_from = step.now.wall;
    step.store.put_input(*input);
    return true;
}

Result<Answer> plan(Step& step, const PlanUpload& event) {
    if (auto ok = check_account(step, event.name.account); !ok) return Failure{ok.error()};
    if (auto ok = check_size(event.size); !ok) return Failure{ok.error()};
    if (renew(step, event.name)) return UploadPlanned{.stored = true};
    if (auto ok = check_room(step, event.name, event.size); !ok) return Failure{ok.error()};
    return UploadPlanned{.stored = false};
}

// Room is looked at again: several uploads may have been planned for the same.
Result<> keep(Step& step, const InputStored& event) {
    if (auto ok = check_account(step, event.name.account); !ok) return ok;
    if (renew(step, event.name)) return {};
    if (auto ok = check_room(step, event.name, event.size); !ok) return ok;
    step.store.put_input({.name = event.name, .size = event.size, .kept_from = step.now.wall});
    return {};
}

}  // namespace

Result<std::vector<store::Input>> inputs_for(const Step& step, const job::Job& job) {
    std::vector<store::Input> inputs;
    for (const InputName& name : job::inputs_of(job.account, job.spec)) {
        const auto input = step.store.find_input(name);
        if (!input) return fail(ErrorCode::not_found, gone_text(name.sha256));
        inputs.push_back(*input);
    }
    return inputs;
}

Result<> check_uploaded(const Step& step, AccountId account, const RenderSpec& spec) {
    const char* field = "original.picture_sha256";
    for (const InputName& name : job::inputs_of(account, spec)) {
        if (!step.store.find_input(name)) {
            return fail(ErrorCode::failed_precondition,
                        std::string(field) + ": your account has no upload " +
                            crypto::to_hex(name.sha256) + "; upload it first: CreateUpload",
                        field);
        }
        field = "original.mask_sha256";
    }
    return {};
}

void remove_old_inputs(Step& step) {
    const WallTime then = step.now.wall - step.state.policy.input_kept;
    for (const store::Input& input : step.store.inputs_until(then)) {
        if (!step.state.jobs.need(input.name)) remove_input(step, input.name);
    }
}

void on(Step& step, const PlanUpload& event) { step.reply(event.reply, plan(step, event)); }

void on(Step& step, const InputStored& event) {
    const Result<> kept = keep(step, event);
    if (kept) return step.reply(event.reply, Done{});
    remove_input(step, event.name);
    step.reply(event.reply, Failure{kept.error()});
}

void on(Step& step, const InputLost& event) { lose_input(step, event.name); }

void on(Step& step, const InputsFound& event) {
    const std::set<InputName> found(event.names.begin(), event.names.end());
    for (const store::Input& input : step.store.inputs_until(WallTime::max())) {
        if (!found.contains(input.name)) lose_input(step, input.name);
    }
    for (const InputName& name : found) {
        if (!step.store.find_input(name)) step.sends.push_back(RemoveInput{name});
    }
}

}  // namespace gotong::core
