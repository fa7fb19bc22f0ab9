#include "coordinator/core/rivals.h"

namespace gotong::core {
namespace {

using namespace std::chrono_literals;

// Several times as long as the longest that a daemon waits between two tries.
constexpr std::chrono::milliseconds kRemembered{5min};

constexpr std::string_view kWhatToDo =
    "stop one of the two, or let it join again with an invite and a --data folder of its own";

}  // namespace

bool turn_away(Step& step, const WorkerHello& hello, WorkerId worker) {
    roster::Session* session = step.state.roster.find(worker);
    if (!session || !session->rivals.include(hello.instance_nonce)) return false;
    ++session->rivals.turned_away;
    session->rivals.last = step.now.monotonic;
    Error why{ErrorCode::failed_precondition,
              "another daemon with this worker's key has its place, since it was started later; ",
              {}};
    why.message += kWhatToDo;
    step.sends.push_back(ToWorker{hello.stream, CloseStream{std::move(why)}});
    return true;
}

Error replaced_by(const roster::Session& session, const WorkerHello& hello) {
    Error why{ErrorCode::aborted, "replaced by a newer session", {}};
    const bool is_other = !session.instance.empty() && session.instance != hello.instance_nonce;
    if (is_other) {
        why.message += " of another daemon with this worker's key; ";
        why.message += kWhatToDo;
    }
    return why;
}

void forget_old_rivals(roster::Session& session, Monotonic now) {
    if (now - session.rivals.last > kRemembered) session.rivals.turned_away = 0;
}

std::string rival_notice(const roster::Session& session) {
    if (session.rivals.turned_away == 0) return {};
    return "another daemon with this worker's key wants its place and is turned away; " +
           std::string(kWhatToDo);
}

}  // namespace gotong::core
