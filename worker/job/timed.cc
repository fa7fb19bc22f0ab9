#include <utility>

#include "worker/job/executor.h"

namespace gotong::worker {
namespace {

class Timed final : public Executor {
  public:
    Timed(const Clock& clock, ExecutorPtr inner) : clock_(clock), inner_(std::move(inner)) {}

    Result<Outcome> run(const Job& job, const std::stop_token& stop,
                        const OnProgress& on_progress) override {
        const WallTime started = clock_.now().wall;
        Result<Outcome> outcome = inner_->run(job, stop, on_progress);
        if (outcome) {
            outcome->started = started;
            outcome->finished = clock_.now().wall;
        }
        return outcome;
    }

  private:
    const Clock& clock_;
    ExecutorPtr inner_;
};

}  // namespace

ExecutorPtr timed(const Clock& clock, ExecutorPtr inner) {
    return std::make_unique<Timed>(clock, std::move(inner));
}

}  // namespace gotong::worker
