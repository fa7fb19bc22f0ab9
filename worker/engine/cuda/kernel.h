// Kernels of our own for NVIDIA GPUs, compiled from text when first used: no CUDA toolkit is needed
// to build, and none to run. NVRTC and the driver are those that libtorch has loaded anyway.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gotong::engine::cuda {

struct Grid {
    unsigned x = 1;
    unsigned y = 1;
    unsigned threads = 1;
    unsigned shared_bytes = 0;
};

class Kernel {
  public:
    Kernel() = default;

    // Compiles `source`, in which `name` is an extern "C" __global__ function, for the current
    // device. A Kernel that could not be made is empty; why is told once on standard error, since
    // whoever asked has a slower way.
    static Kernel compile(const std::string& source, const std::string& name);

    explicit operator bool() const { return function_ != nullptr; }

    // Launches on the current stream of the current device; arguments as cuLaunchKernel takes them.
    // Throws c10::Error when the driver refuses.
    void launch(const Grid& grid, std::vector<void*> arguments) const;

  private:
    void* function_ = nullptr;  // A CUfunction, which lives as long as the process.
};

}  // namespace gotong::engine::cuda
