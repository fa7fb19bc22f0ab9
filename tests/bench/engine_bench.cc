// Times denoising steps of a model, on demand: one line of standard input, one measurement. So a
// script can let it take turns with a rival (engine_vs_diffusers.py), and a neighbour's load meets
// both. Prints the median step of a short guided picture in milliseconds, everything included:
// denoiser, guidance, sampler, the trajectory's hash.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "worker/engine/pipeline.h"

namespace gotong::engine {
namespace {

constexpr int kSteps = 5;  // The first pays for caches and is left out by the median.

class StepTimes : public Observer {
  public:
    void on_latent(const StepView& view) override {
        const auto now = std::chrono::steady_clock::now();
        const std::chrono::duration<double, std::milli> step = now - last_;
        if (view.step > 0) times_.push_back(step.count());
        last_ = now;
    }
    double median() {
        std::sort(times_.begin(), times_.end());
        return times_.at(times_.size() / 2);
    }

  private:
    std::chrono::steady_clock::time_point last_;
    std::vector<double> times_;
};

int fail_with(const Error& error) {
    std::fprintf(stderr, "engine_bench: %s\n", error.message.c_str());
    return EXIT_FAILURE;
}

int run(const char* folder, int side, int threads) {
    const auto model = Model::load(folder, {.kind = DeviceOptions::Kind::cpu, .threads = threads});
    if (!model) return fail_with(model.error());
    Request request;
    request.prompt = "a red apple";
    request.width = request.height = side > 0 ? side : (*model)->info().default_width;
    request.steps = kSteps;
    request.guidance = 5;
    request.sampler = SamplerKind::ddim;
    for (std::string line; std::getline(std::cin, line);) {
        StepTimes times;
        const auto picture = text_to_image(**model, request, times, {});
        if (!picture) return fail_with(picture.error());
        std::printf("%.3f\n", times.median());
        std::fflush(stdout);
    }
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace gotong::engine

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr,
                     "usage: engine_bench MODEL SIDE THREADS   (side 0: the model's own)\n");
        return 2;
    }
    return gotong::engine::run(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
}
