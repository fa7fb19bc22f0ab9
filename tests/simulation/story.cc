#include "tests/simulation/story.h"

#include <array>
#include <cstddef>
#include <variant>

#include "coordinator/job/state.h"

namespace gotong::simulation {
namespace {

// In the order of core::Event.
constexpr std::array<const char*, std::variant_size_v<core::Event>> kEvents{
    "Submit",        "CancelJob",      "PlanUpload",     "InputStored",   "InputLost",
    "InputsFound",   "WorkerHello",    "WorkerSnapshot", "OfferReply",    "WorkerProgress",
    "UploadAsked",   "ResultVerified", "AttemptFailed",  "WorkerGoodbye", "StreamClosed",
    "Enrol",         "AddModel",       "RemoveModel",    "AddInvite",     "AddAccount",
    "RevokeAccount", "RevokeWorker",   "SetAccount",     "RequeueJob",    "BlobRemoved",
    "Tick"};

// In the order of core::WorkerMessage.
constexpr std::array<const char*, std::variant_size_v<core::WorkerMessage>> kMessages{
    "Welcome", "Desired", "OfferJob", "GrantUpload", "AckResult", "CloseStream"};

// The end is what differs: ids begin with the time.
std::string brief(const JobId& job) { return job.to_hex().substr(26); }

std::string told(const core::LeaseToken& lease) {
    return " " + brief(lease.job) + "#" + std::to_string(lease.attempt);
}

template <class Thing>
std::string details(const Thing& thing) {
    std::string text;
    if constexpr (requires { thing.stream; }) text += " stream " + std::to_string(thing.stream);
    if constexpr (requires { thing.lease; }) text += told(thing.lease);
    if constexpr (requires { thing.job.to_hex(); }) text += " " + brief(thing.job);
    if constexpr (requires { thing.step; }) text += " step " + std::to_string(thing.step);
    if constexpr (requires { thing.accepted; }) text += thing.accepted ? " yes" : " no";
    if constexpr (requires { thing.verdict; })
        if constexpr (std::is_enum_v<decltype(thing.verdict)>)
            text += " verdict " + std::to_string(static_cast<int>(thing.verdict));
    if constexpr (requires { thing.held; })
        for (const core::HeldLease& held : thing.held) text += told(held.lease);
    if constexpr (requires { thing.outbox; })
        for (const core::LeaseToken& lease : thing.outbox) text += " outbox" + told(lease);
    if constexpr (requires { thing.cancel; })
        for (const core::LeaseToken& lease : thing.cancel) text += " cancel" + told(lease);
    if constexpr (requires { thing.resend; })
        for (const core::LeaseToken& lease : thing.resend) text += " resend" + told(lease);
    if constexpr (requires { thing.reason.message; }) text += " " + thing.reason.message;
    return text;
}

}  // namespace

std::string told(const core::Event& event) {
    return kEvents.at(event.index()) +
           std::visit([](const auto& it) { return details(it); }, event);
}

std::string told(const core::Send& send) {
    if (const auto* said = std::get_if<core::ToWorker>(&send)) {
        return "  to stream " + std::to_string(said->stream) + ": " +
               kMessages.at(said->message.index()) +
               std::visit([](const auto& it) { return details(it); }, said->message);
    }
    if (const auto* reply = std::get_if<core::Reply>(&send))
        return "  reply: " + (reply->answer ? "yes" : reply->answer.error().message);
    if (const auto* change = std::get_if<core::JobChanged>(&send)) {
        const job::Job& job = change->view.job;
        return "  watchers: " + brief(job.id) + " is " + std::string(job::name_of(job.state)) +
               (job.failure.empty() ? "" : ", " + job.failure);
    }
    return "  a file is removed";
}

}  // namespace gotong::simulation
