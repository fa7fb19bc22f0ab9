#include "worker/models/verified.h"

#include <mutex>
#include <utility>

namespace gotong::models {
namespace {

class Verified final : public worker::Executor {
  public:
    Verified(LocalModels& models, const Clock& clock, worker::ExecutorPtr inner)
        : models_(models), clock_(clock), inner_(std::move(inner)) {}

    Result<worker::Outcome> run(const worker::Job& job, const std::stop_token& stop,
                                const worker::OnProgress& on_progress) override {
        const auto model = verify(job.offer.model_digest);
        if (!model) return Failure{model.error()};
        worker::Job located = job;
        located.model_dir = model->folder;
        Result<worker::Outcome> outcome = inner_->run(located, stop, on_progress);
        if (outcome) outcome->weights = model::files_of(model->manifest);
        return outcome;
    }

  private:
    // Jobs that begin together wait for the first to hash a file that changed; the others then
    // find its digest.
    Result<LocalModel> verify(const std::string& digest) {
        const std::lock_guard lock{verifying_};
        return models_.verify(digest, clock_.now().wall);
    }

    std::mutex verifying_;
    LocalModels& models_;
    const Clock& clock_;
    worker::ExecutorPtr inner_;
};

}  // namespace

worker::ExecutorPtr verified(LocalModels& models, const Clock& clock, worker::ExecutorPtr inner) {
    return std::make_unique<Verified>(models, clock, std::move(inner));
}

}  // namespace gotong::models
