// Letting workers in, and putting them out.
#include "common/receipt/enrolment.h"

#include <algorithm>
#include <utility>

#include "common/crypto/sign.h"
#include "common/receipt/dsse.h"
#include "coordinator/core/attempts.h"
#include "coordinator/core/handlers.h"
#include "coordinator/job/utf8.h"

namespace gotong::core {
namespace {

constexpr std::chrono::milliseconds kDefaultInviteLife = 24h;
constexpr std::chrono::milliseconds kLongestInviteLife = 24h * 365;

Result<> check_name(const std::string& name) {
    const bool fits = !name.empty() && name.size() <= receipt::kMaxAccountName;
    const bool is_text = job::first_malformed(name) == name.size() &&
                         job::first_control(name) == name.size() &&
                         name.find_first_of("\t\r\n") == std::string::npos;
    if (fits && is_text) return {};
    return fail(ErrorCode::invalid_argument,
                "a worker's name is one line of 1 to " + std::to_string(receipt::kMaxAccountName) +
                    " bytes of UTF-8",
                "name");
}

// An answer that was lost on its way may be asked for again: the key's owner gets its own, public
// enrolment.
Result<Answer> earlier_enrolment(const store::Worker* worker) {
    if (worker) {
        auto enrolment = receipt::parse_envelope(worker->enrolment);
        if (enrolment) return Enrolled{std::move(*enrolment)};
    }
    return fail(ErrorCode::permission_denied,
                "this invite is unknown, used or expired; ask the pool's operator for a new one",
                "invite_token");
}

Result<Answer> enrol(Step& step, const Enrol& event) {
    State& state = step.state;
    if (auto ok = check_name(event.name); !ok) return Failure{ok.error()};
    const WorkerId id = crypto::worker_id_of(event.public_key);
    const store::Worker* known = state.workers.find(id);
    if (known && known->revoked) {
        return fail(
            ErrorCode::permission_denied,
            "the pool's operator has revoked this worker's key; join from a new --data folder, "
            "which makes a new one");
    }
    if (!step.store.take_invite(event.invite_hash, step.now.wall)) return earlier_enrolment(known);

    receipt::Envelope enrolment = state.notary.enrol(event.public_key, event.name, step.now.wall);
    const store::Worker worker{.id = id,
                               .public_key = event.public_key,
                               .name = event.name,
                               .enrolment = receipt::serialise(enrolment),
                               .enrolled = known ? known->enrolled : step.now.wall,
                               .revoked = false};
    if (known) {
        step.store.update(worker);
    } else {
        step.store.insert(worker);
    }
    state.workers.put(worker);
    return Enrolled{std::move(enrolment)};
}

Result<Answer> revoke(Step& step, const RevokeWorker& event) {
    State& state = step.state;
    auto worker = state.workers.named(event.worker);
    if (!worker) return Failure{worker.error()};
    worker->revoked = true;
    step.store.update(*worker);
    state.workers.put(*worker);
    if (roster::Session* session = state.roster.find(worker->id)) {
        close_session(step, *session,
                      Error{ErrorCode::permission_denied,
                            "this worker was revoked by the pool's operator",
                            {}});
    }
    return_all(step, worker->id, "lost", "the worker was revoked");
    return RevokedWorker{worker->id};
}

}  // namespace

void on(Step& step, const AddInvite& event) {
    auto life = event.valid_for.count() > 0 ? event.valid_for : kDefaultInviteLife;
    life = std::min(life, kLongestInviteLife);
    step.store.insert_invite(event.token_hash, step.now.wall + life);
    step.reply(event.reply, Done{});
}

void on(Step& step, const Enrol& event) { step.reply(event.reply, enrol(step, event)); }

void on(Step& step, const RevokeWorker& event) { step.reply(event.reply, revoke(step, event)); }

}  // namespace gotong::core
