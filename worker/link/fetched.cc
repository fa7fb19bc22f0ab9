#include "worker/link/fetched.h"

#include <algorithm>
#include <utility>

#include "worker/link/download.h"

namespace gotong::link {
namespace {

using worker::Job;

// Of the time that the pool allows without a step: the renderer needs the other half to load.
constexpr int kShareOfPatience = 2;

Failure no_address() {
    return fail(ErrorCode::unavailable,
                "the pool's offer does not say where the picture to begin with is");
}

class Fetched final : public worker::Executor {
  public:
    Fetched(Endpoint pool, worker::ExecutorPtr inner)
        : pool_(std::move(pool)), inner_(std::move(inner)) {}

    Result<worker::Outcome> run(const Job& job, const std::stop_token& stop,
                                const worker::OnProgress& on_progress) override {
        const auto& original = job.offer.spec.original;
        if (!original) return inner_->run(job, stop, on_progress);
        const DownloadLimits limits{
            .deadline = std::chrono::steady_clock::now() + job.patience / kShareOfPatience,
            .stop = stop};
        auto picture = fetch(job, original->picture, limits);
        if (!picture) return Failure{picture.error()};
        auto mask = original->mask ? fetch(job, *original->mask, limits) : Result<std::string>{};
        if (!mask) return Failure{mask.error()};
        Job whole = job;
        whole.original = {.picture = std::move(*picture), .mask = std::move(*mask)};
        return inner_->run(whole, stop, on_progress);
    }

  private:
    Result<std::string> fetch(const Job& job, const Digest& sha256,
                              const DownloadLimits& limits) const {
        const auto input = std::ranges::find(job.inputs, sha256, &worker::Input::sha256);
        if (input == job.inputs.end()) return no_address();
        return download(pool_, *input, limits);
    }

    const Endpoint pool_;
    const worker::ExecutorPtr inner_;
};

}  // namespace

worker::ExecutorPtr fetched(Endpoint pool, worker::ExecutorPtr inner) {
    return std::make_unique<Fetched>(std::move(pool), std::move(inner));
}

}  // namespace gotong::link
