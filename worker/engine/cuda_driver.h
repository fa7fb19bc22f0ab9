// What NVIDIA's driver says about a device, without CUDA's headers: the driver's library is opened
// by name, so that one build serves machines with and without it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace gotong::engine {

struct CudaDevice {
    std::string name;
    std::uint64_t memory_bytes = 0;
};

// nullopt where there is no driver, or no such device.
std::optional<CudaDevice> ask_cuda_driver(int index);

}  // namespace gotong::engine
