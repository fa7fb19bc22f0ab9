// Fits the map from latents to small pictures (latent/preview.h) to a model's autoencoder.
//
// The samples are short renders of the model itself, without a prompt: of all that was tried on the
// demo model they explain finished pictures best (R2 0.947 with twelve renders of four steps, 0.924
// with six of eight, 0.85 with decoded white noise), and they need no guess of how latents of a
// given autoencoder are distributed.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "worker/engine/latent/preview.h"
#include "worker/engine/pipeline.h"
#include "worker/renderer/commands.h"

namespace gotong::renderer {
namespace {

constexpr int kSamples = 12;  // Variety counts for more than finish...
constexpr int kSteps = 4;     // ...and rough pictures have the colours of fine ones.

class LastLatent final : public engine::Observer {
  public:
    void on_latent(const engine::StepView& view) override {
        latent_ = {{view.latent.values.begin(), view.latent.values.end()},
                   {view.latent.shape.begin(), view.latent.shape.end()}};
    }
    engine::Latent take() { return std::move(latent_); }

  private:
    engine::Latent latent_;
};

Result<engine::LatentToRgb> fit(const FitPreviewOptions& options) {
    const auto model = engine::Model::load(options.model, options.device);
    if (!model) return Failure{model.error().during("load model")};
    engine::Request request;
    request.width = (*model)->info().default_width;
    request.height = (*model)->info().default_height;
    request.steps = kSteps;
    request.schedule = engine::ScheduleKind::karras;
    std::vector<engine::PreviewSample> samples;
    for (; request.seed < kSamples; ++request.seed) {
        LastLatent last;
        auto picture = engine::text_to_image(**model, request, last, {});
        if (!picture) return Failure{picture.error()};
        samples.push_back({last.take(), std::move(picture->pixels)});
    }
    return engine::fit_preview(samples);
}

}  // namespace

int fit_preview(const FitPreviewOptions& options) {
    const auto map = fit(options);
    if (!map) return report(map.error());
    nlohmann::json matrix = nlohmann::json::array();
    for (std::size_t i = 0; i < map->matrix.size(); i += 3)
        matrix.push_back({map->matrix[i], map->matrix[i + 1], map->matrix[i + 2]});
    const nlohmann::json result{{"matrix", matrix}, {"bias", map->bias}};
    return std::puts(result.dump().c_str()) < 0 ? 1 : 0;
}

}  // namespace gotong::renderer
