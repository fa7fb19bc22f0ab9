#include "worker/daemon/daemon.h"

#include <optional>
#include <utility>
#include <variant>

#include "worker/daemon/job_log.h"
#include "worker/link/convert.h"

namespace gotong::daemon {
namespace {

// Does one action. What only needs to be said to the pool goes through the generic overload.
class Hands {
  public:
    explicit Hands(const Limbs& limbs) : limbs_(limbs) {}

    void note(const worker::Event& event) { log_.note(event); }

    bool wants_to_leave() const { return leave_.has_value(); }
    const worker::Leave& leave() const { return *leave_; }

    template <class Frame>
    void operator()(Frame& frame) {
        // A frame that finds no stream is dropped: the next SessionUp says everything again.
        limbs_.session.send(link::to_proto(std::move(frame)));
    }

    void operator()(worker::SendResult& action) {
        const auto statement = limbs_.outbox.statement(action.lease);
        if (!statement) return log_.unreadable(action.lease);
        log_.sending(action.lease);
        limbs_.session.send(link::success(action.lease, *statement, action.kept));
    }

    void operator()(worker::StartRender& action) {
        log_.rendering(action.job);
        limbs_.renders.start(std::move(action.job));
    }
    void operator()(worker::StopRender& action) { limbs_.renders.stop(action.lease); }
    void operator()(worker::StartUpload& action) {
        log_.uploading(action.lease);
        limbs_.uploads.start(action.lease, std::move(action.url));
    }
    void operator()(worker::DropKept& action) { limbs_.outbox.drop(action.lease); }
    void operator()(worker::Leave& action) { leave_ = std::move(action); }
    void operator()(worker::Tell& action) { log_.tell(action); }

  private:
    const Limbs& limbs_;
    JobLog log_;
    std::optional<worker::Leave> leave_;
};

}  // namespace

Result<> run(worker::Agent& agent, const Limbs& limbs) {
    Hands hands{limbs};
    while (!hands.wants_to_leave()) {
        auto event = limbs.mailbox.pop_until(agent.deadline());
        if (event) hands.note(*event);
        worker::Actions actions = agent.step(
            event ? std::move(*event) : worker::Event{worker::Tick{}}, limbs.clock.now());
        for (worker::Action& action : actions) std::visit(hands, action);
    }
    limbs.mailbox.close();
    if (hands.leave().sent_away.empty()) return {};
    return fail(ErrorCode::permission_denied, hands.leave().sent_away);
}

}  // namespace gotong::daemon
