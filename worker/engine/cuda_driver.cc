#include "worker/engine/cuda_driver.h"

#include <dlfcn.h>

#include <array>
#include <cstddef>

namespace gotong::engine {
namespace {

constexpr std::size_t kMaxNameBytes = 256;

// A function of the driver's C interface; all of them return 0 for success.
template <class... Arguments>
bool call(void* library, const char* name, Arguments... arguments) {
    using Function = int (*)(Arguments...);
    const auto function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr && function(arguments...) == 0;
}

}  // namespace

std::optional<CudaDevice> ask_cuda_driver(int index) {
    // Never closed: libtorch uses the same library for as long as the process lives.
    void* const library = ::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return std::nullopt;
    int device = 0;
    std::array<char, kMaxNameBytes> name{};
    std::size_t memory = 0;
    const bool answered =
        call(library, "cuInit", 0U) && call(library, "cuDeviceGet", &device, index) &&
        call(library, "cuDeviceGetName", name.data(), static_cast<int>(name.size() - 1), device) &&
        call(library, "cuDeviceTotalMem_v2", &memory, device);
    if (!answered) return std::nullopt;
    return CudaDevice{name.data(), memory};
}

}  // namespace gotong::engine
