// Times parts of the engine on demand: one command a line on standard input, one answer a line, so
// that a script can let it take turns with a rival (engine_table.py) and a neighbour's load meets
// both. An answer is what the command took in milliseconds: of the clock, and of all its threads.
//
//     begin [PICTURES [GUIDANCE]]   texts encoded, all before the first call of the denoiser
//     step [PICTURES [GUIDANCE]]    one call of the denoiser for all pictures, everything included:
//                                   guidance, sampler, the trajectory's hash
//     decode                        one latent to pixels
//
// Guidance above 1 takes two rows a picture; the default is 1. Pictures go on from command to
// command and begin anew, untimed, when they are done or their number changes.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include "worker/engine/batch.h"
#include "worker/engine/pipeline.h"

namespace gotong::engine {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

// Of all threads, user and system.
Milliseconds cpu_time() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return Milliseconds(std::chrono::seconds(time.tv_sec)) +
               Milliseconds(std::chrono::microseconds(time.tv_usec));
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Command {
    std::string name;
    std::size_t pictures = 1;
    double guidance = 1;
    bool operator==(const Command&) const = default;
};

Command parsed(const std::string& line) {
    Command command;
    std::istringstream(line) >> command.name >> command.pictures >> command.guidance;
    return command;
}

class Bench {
  public:
    Bench(Model& model, int side) : model_(model), side_(side) {}

    Result<> obey(const Command& command) {
        if (command.name == "decode") return decode_one();
        if (command.name != "begin" && command.name != "step")
            return fail(ErrorCode::invalid_argument, "no such command: " + command.name, {});
        if (auto begun = ensure(command); !begun) return begun;
        if (command.name == "step") return step();
        report();
        return {};
    }

  private:
    Result<> ensure(const Command& command) {
        const bool same = pictures_ == command.pictures && guidance_ == command.guidance;
        start_clock();
        if (batch_ && same && batch_->size() == pictures_) return {};
        batch_.emplace(model_);
        pictures_ = command.pictures;
        guidance_ = command.guidance;
        for (std::size_t i = 0; i < pictures_; ++i) {
            if (auto joined = batch_->join(i, {request(), &nobody_, {}, {}}); !joined)
                return joined;
        }
        return {};
    }

    Request request() const {
        Request request;
        request.prompt = "a red apple";
        request.width = request.height = side_;
        request.steps = model_.info().max_steps;
        request.guidance = guidance_;
        request.sampler = SamplerKind::ddim;
        return request;
    }

    Result<> step() {
        start_clock();
        const auto ended = batch_->step();
        report();
        if (ended.empty()) return {};
        batch_.reset();
        if (!ended.front().picture) return Failure{ended.front().picture.error()};
        return {};
    }

    Result<> decode_one() {
        const ModelInfo& info = model_.info();
        const int cells = side_ / info.latent_factor;
        Latent latent;
        latent.shape = {1, info.latent_channels, cells, cells};
        latent.values.assign(static_cast<std::size_t>(info.latent_channels * cells * cells), 0.5F);
        start_clock();
        const auto pixels = decode(model_, latent);
        report();
        if (!pixels) return Failure{pixels.error()};
        return {};
    }

    void start_clock() {
        began_ = std::chrono::steady_clock::now();
        began_cpu_ = cpu_time();
    }
    void report() const {
        const Milliseconds wall = std::chrono::steady_clock::now() - began_;
        std::printf("%.3f %.3f\n", wall.count(), (cpu_time() - began_cpu_).count());
        std::fflush(stdout);
    }

    Model& model_;
    int side_;
    Observer nobody_;
    std::optional<Batch> batch_;
    std::size_t pictures_ = 0;
    double guidance_ = 0;
    std::chrono::steady_clock::time_point began_;
    Milliseconds began_cpu_{};
};

int fail_with(const Error& error) {
    std::fprintf(stderr, "engine_bench: %s\n", error.message.c_str());
    return EXIT_FAILURE;
}

int run(const char* folder, int side, int threads) {
    const auto model = Model::load(folder, {.kind = DeviceOptions::Kind::cpu, .threads = threads});
    if (!model) return fail_with(model.error());
    Bench bench{**model, side > 0 ? side : (*model)->info().default_width};
    for (std::string line; std::getline(std::cin, line);) {
        if (const auto done = bench.obey(parsed(line)); !done) return fail_with(done.error());
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
