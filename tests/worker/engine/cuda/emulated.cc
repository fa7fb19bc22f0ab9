#include "tests/worker/engine/cuda/emulated.h"

#include <dlfcn.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace gotong::test {
namespace {

constexpr const char* kBefore = R"(
#include <algorithm>
#include <barrier>
#include <bit>
#include <cmath>
#include <memory>
#include <thread>
#include <vector>
#define __device__
#define __global__
#define __launch_bounds__(n)
using std::min;
struct Index { unsigned x = 0, y = 0; };
struct float2 { float x = 0, y = 0; };
static float2 make_float2(float x, float y) { return {x, y}; }
static float __uint_as_float(unsigned u) { return std::bit_cast<float>(u); }
static unsigned __float_as_uint(float f) { return std::bit_cast<unsigned>(f); }
#define rsqrtf(x) (1 / std::sqrt(x))
#define __expf(x) std::exp(x)
static thread_local Index threadIdx;
static Index blockIdx, blockDim, gridDim;
static std::unique_ptr<std::barrier<>> block;
static void __syncthreads() { block->arrive_and_wait(); }
float2 column[1 << 16];
)";

constexpr const char* kAfter = R"(
template <class... A, std::size_t... i>
void call_with(void (*kernel)(A...), void** arguments, std::index_sequence<i...>) {
    kernel(*static_cast<A*>(arguments[i])...);
}

template <class... A>
void run(void (*kernel)(A...), unsigned x, unsigned y, unsigned threads, void** arguments) {
    gridDim = {x, y};
    blockDim = {threads, 1};
    for (blockIdx.y = 0; blockIdx.y < y; ++blockIdx.y)
        for (blockIdx.x = 0; blockIdx.x < x; ++blockIdx.x) {
            block = std::make_unique<std::barrier<>>(threads);
            std::vector<std::jthread> all;
            for (unsigned t = 0; t < threads; ++t)
                all.emplace_back([=] {
                    threadIdx = {t, 0};
                    call_with(kernel, arguments, std::index_sequence_for<A...>{});
                });
        }
}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string entry(const std::string& name) {
    return "extern \"C\" void run_" + name +
           "(unsigned x, unsigned y, unsigned threads, void** arguments) { run(&" + name +
           ", x, y, threads, arguments); }\n";
}

}  // namespace

struct EmulatedKernels::Library {
    TempDir folder;
    void* handle = nullptr;
};

EmulatedKernels::EmulatedKernels(const std::string& text) : library_(new Library) {
    const auto source = library_->folder / "kernels.cc";
    const auto binary = library_->folder / "kernels.so";
    std::string kernels = replaced(text, "extern __shared__", "extern");
    kernels = replaced(kernels, "__shared__", "static");
    std::string code = kBefore + kernels + kAfter;
    for (const char* name : {"sums", "apply", "geglu"})
        if (text.find(std::string(" ") + name + "(") != std::string::npos) code += entry(name);
    std::ofstream(source) << code;
    const Finished built = run({GOTONG_CXX, "-std=c++20", "-O1", "-w", "-shared", "-fPIC",
                                "-pthread", "-o", binary.string(), source.string()});
    INFO(built.err);
    REQUIRE(built.status == 0);
    library_->handle = ::dlopen(binary.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library_->handle != nullptr);
}

EmulatedKernels::~EmulatedKernels() { ::dlclose(library_->handle); }

void EmulatedKernels::launch(const std::string& name, const Launch& launch,
                             std::vector<void*> arguments) {
    using Run = void(unsigned, unsigned, unsigned, void**);
    auto* const run = reinterpret_cast<Run*>(::dlsym(library_->handle, ("run_" + name).c_str()));
    REQUIRE(run != nullptr);
    run(launch.blocks_x, launch.blocks_y, launch.threads, arguments.data());
}

}  // namespace gotong::test
