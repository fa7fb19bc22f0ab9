// Times whole pictures of the engine alone on any device, and writes down what they went through:
// what a GPU machine with libtorch and little else can build and run.
//
//   job_bench MODEL [device=cuda] [precision=fp16] [side=512] [steps=20] [guidance=7.5]
//             [count=1] [rounds=5] [sampler=euler] [latents=FILE] [dump=DIR]
//
// Prints one JSON object a line: first the model's loading, then each round, a batch of `count`
// pictures from texts to pixels. The first rounds pay for caches.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/sampling/choose.h"
#include "worker/engine/batch.h"
#include "worker/engine/weights/safetensors.h"
#include "worker/engine/weights/safetensors_writer.h"

namespace gotong::engine {
namespace {

using Options = std::map<std::string, std::string>;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

Options read_options(int argc, char** argv) {
    Options options{{"device", "cuda"}, {"precision", "fp16"}, {"side", "512"},
                    {"steps", "20"},    {"guidance", "7.5"},   {"count", "1"},
                    {"rounds", "5"},    {"sampler", "euler"},  {"schedule", "normal"}};
    for (int i = 2; i < argc; ++i) {
        const std::string text = argv[i];
        options[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
    return options;
}

DeviceOptions device_of(const Options& options) {
    using Precision = DeviceOptions::Precision;
    const std::map<std::string, Precision> precisions{
        {"fp32", Precision::fp32}, {"fp16", Precision::fp16}, {"bf16", Precision::bf16}};
    return {.kind = options.at("device") == "cpu" ? DeviceOptions::Kind::cpu
                                                  : DeviceOptions::Kind::cuda,
            .precision = precisions.at(options.at("precision"))};
}

Request request_of(const Options& options) {
    const auto choice = sampling::choose(options.at("sampler"), options.at("schedule"));
    Request request;
    request.prompt = "a red apple on a blue background, with sunglasses";
    request.negative_prompt = "green";
    request.width = request.height = std::stoi(options.at("side"));
    request.steps = std::stoi(options.at("steps"));
    request.guidance = std::stod(options.at("guidance"));
    if (choice) {
        request.sampler = choice->sampler;
        request.schedule = choice->schedule;
    }
    return request;
}

std::optional<Latent> start_of(const Options& options) {
    if (!options.contains("latents")) return std::nullopt;
    const auto file = SafetensorsFile::open(options.at("latents"));
    if (!file) return std::nullopt;
    const TensorEntry& entry = file->tensors().at("latents");
    Latent latent{std::vector<float>(entry.bytes.size() / sizeof(float)), entry.shape};
    std::memcpy(latent.values.data(), entry.bytes.data(), entry.bytes.size());
    return latent;
}

// The keys of docs/engine.md.
class Dump final : public Observer {
  public:
    bool wants_model_output(int call) const override { return call == 1; }
    void on_model_output(int, const TensorView& output) override {
        tensors_.add("unet_out_0", output.shape, output.values);
    }
    void on_latent(const StepView& view) override {
        tensors_.add("latents_" + std::to_string(view.step), view.latent.shape, view.latent.values);
    }
    void on_image(const TensorView& image) override {
        tensors_.add("image", image.shape, image.values);
    }
    Result<> write(const std::string& folder) const {
        return tensors_.write(std::filesystem::path(folder) / "dump.safetensors");
    }

  private:
    SafetensorsWriter tensors_;
};

int fail_with(const Error& error) {
    std::fprintf(stderr, "job_bench: %s\n", error.message.c_str());
    return EXIT_FAILURE;
}

// Pictures of one batch, seeds 0, 1, ...; their stages' times are those of the first.
Result<StageTimes> paint(Model& model, const Request& request, std::uint64_t count,
                         Observer& observer, const std::optional<Latent>& start) {
    Batch batch{model};
    for (std::uint64_t i = 0; i < count; ++i) {
        Order order{request, &observer, {}, start, {}};
        order.request.seed = i;
        if (const auto joined = batch.join(i, std::move(order)); !joined)
            return Failure{joined.error()};
    }
    StageTimes times;
    while (batch.size() > 0)
        for (const Batch::Ended& ended : batch.step()) {
            if (!ended.picture) return Failure{ended.picture.error()};
            if (ended.ticket == 0) times = ended.picture->times;
        }
    return times;
}

int run(const std::string& folder, const Options& options) {
    auto begin = Clock::now();
    const auto model = Model::load(folder, device_of(options));
    if (!model) return fail_with(model.error());
    std::printf("{\"load_ms\": %.1f}\n", ms_since(begin));
    const auto count = std::stoull(options.at("count"));
    const auto start = start_of(options);
    for (int round = 0; round < std::stoi(options.at("rounds")); ++round) {
        Observer nobody;
        Dump dump;
        const bool dumps = options.contains("dump");
        begin = Clock::now();
        const auto times = paint(**model, request_of(options), count,
                                 dumps ? static_cast<Observer&>(dump) : nobody, start);
        if (!times) return fail_with(times.error());
        std::printf(
            "{\"total_ms\": %.2f, \"text_ms\": %.2f, \"denoise_ms\": %.2f, \"decode_ms\": %.2f}\n",
            ms_since(begin), times->text_ms, times->denoise_ms, times->decode_ms);
        std::fflush(stdout);
        if (!dumps) continue;
        if (const auto written = dump.write(options.at("dump")); !written)
            return fail_with(written.error());
    }
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace gotong::engine

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: job_bench MODEL [name=value...]   (see the source's top)\n");
        return 2;
    }
    return gotong::engine::run(argv[1], gotong::engine::read_options(argc, argv));
}
