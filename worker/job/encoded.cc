#include <utility>

#include "common/crypto/sha256.h"
#include "worker/image/metadata.h"
#include "worker/job/executor.h"

namespace gotong::worker {
namespace {

std::optional<double> strength_of(const RenderSpec& spec) {
    if (!spec.original) return std::nullopt;
    return spec.original->strength;
}

class Encoded final : public Executor {
  public:
    Encoded(std::string version, ExecutorPtr inner)
        : version_(std::move(version)), inner_(std::move(inner)) {}

    Result<Outcome> run(const Job& job, const std::stop_token& stop,
                        const OnProgress& on_progress) override {
        Result<Outcome> outcome = inner_->run(job, stop, on_progress);
        if (!outcome) return outcome;
        const Result<image::Settings> settings = settings_of(job.offer);
        if (!settings) return Failure{settings.error()};
        const Picture& picture = outcome->picture;
        Result<std::string> png =
            image::encode_png(picture.width, picture.height, as_bytes(picture.rgb),
                              image::metadata_of(*settings, job.offer.spec.is_private));
        if (!png) return Failure{png.error().during("encode the picture")};
        outcome->png = std::move(*png);
        outcome->png_sha256 = crypto::sha256(as_bytes(outcome->png));
        return outcome;
    }

  private:
    Result<image::Settings> settings_of(const Offer& offer) const {
        const Result<Digest> model_digest = crypto::digest_from_hex(offer.model_digest);
        if (!model_digest) return Failure{model_digest.error()};
        const RenderSpec& spec = offer.spec;
        return image::Settings{.prompt = spec.prompt,
                               .negative_prompt = spec.negative_prompt,
                               .steps = spec.steps,
                               .sampler = spec.sampler,
                               .schedule = spec.schedule,
                               .guidance = spec.guidance,
                               .seed = spec.seed,
                               .width = spec.width,
                               .height = spec.height,
                               .strength = strength_of(spec),
                               .model = spec.model,
                               .model_digest = *model_digest,
                               .version = version_};
    }

    std::string version_;
    ExecutorPtr inner_;
};

}  // namespace

ExecutorPtr encoded(std::string version, ExecutorPtr inner) {
    return std::make_unique<Encoded>(std::move(version), std::move(inner));
}

}  // namespace gotong::worker
