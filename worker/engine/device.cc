#include "worker/engine/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include <algorithm>
#include <new>
#include <string_view>

#include "worker/engine/cuda_driver.h"
#include "worker/engine/heap.h"
#include "worker/engine/layers/to_pack.h"
#include "worker/engine/memory/room.h"

// libtorch can be asked about a device's memory since 2.10.
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 10
#define GOTONG_CAN_ASK_ALLOCATOR
#include <c10/core/CachingDeviceAllocator.h>
#endif

namespace gotong::engine {
namespace {

using Kind = DeviceOptions::Kind;
using Precision = DeviceOptions::Precision;

bool has_cuda() { return at::hasCUDA() && at::detail::getCUDAHooks().deviceCount() > 0; }

bool uses_cuda(const DeviceOptions& options) {
    return options.kind == Kind::cuda || (options.kind == Kind::automatic && has_cuda());
}

c10::ScalarType type_for(Precision precision, bool cuda) {
    switch (precision) {
        case Precision::fp32:
            return c10::kFloat;
        case Precision::fp16:
            return c10::kHalf;
        case Precision::bf16:
            return c10::kBFloat16;
        case Precision::automatic:
            break;
    }
    // Half precision is twice as fast on a GPU and slower than fp32 on most CPUs.
    return cuda ? c10::kHalf : c10::kFloat;
}

// TF32 has the mantissa of fp16 and the range of fp32, which is what the decoder needs fp32 for;
// who asks for fp32 gets fp32.
void allow_tf32(bool allow) {
    at::globalContext().setAllowTF32CuDNN(allow);
    at::globalContext().setAllowTF32CuBLAS(allow);
}

std::string name_of(c10::ScalarType type) {
    if (type == c10::kHalf) return "fp16";
    return type == c10::kBFloat16 ? "bf16" : "fp32";
}

#ifdef GOTONG_CAN_ASK_ALLOCATOR
c10::DeviceAllocator* cuda_allocator() {
    at::globalContext().lazyInitDevice(c10::kCUDA);
    return c10::getDeviceAllocator(c10::kCUDA);
}

// Free on the device, and in blocks of ours that no tensor uses.
std::optional<std::uint64_t> cuda_room() {
    c10::DeviceAllocator* const allocator = cuda_allocator();
    const auto stats = allocator->getDeviceStats(0);
    const auto all = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    const std::int64_t kept =
        stats.reserved_bytes[all].current - stats.allocated_bytes[all].current;
    return allocator->getMemoryInfo(0).first + static_cast<std::uint64_t>(std::max(kept, {}));
}

void empty_cuda_cache() { cuda_allocator()->emptyCache(); }
#else
std::optional<std::uint64_t> cuda_room() { return std::nullopt; }
void empty_cuda_cache() {}
#endif

// What oneDNN says for want of memory, and hardly for anything else once a model has loaded.
bool is_vague(std::string_view message) {
    return message == "could not create a primitive" ||
           message == "could not execute a primitive" ||
           message == "could not create a memory object";
}

// libtorch reports a lack of plain memory as a RuntimeError, known by its words alone.
bool means_no_memory(std::string_view message) {
    return message.find("can't allocate memory") != std::string_view::npos ||
           message.find("not enough memory") != std::string_view::npos ||
           message.find("out of memory") != std::string_view::npos || is_vague(message);
}

Error of_message(const std::string& message) {
    if (means_no_memory(message)) return {ErrorCode::resource_exhausted, "not enough memory", {}};
    return {ErrorCode::internal, "libtorch: " + message.substr(0, message.find('\n')), {}};
}

}  // namespace

Result<Placement> choose_device(const DeviceOptions& options) {
    if (options.threads > 0) at::set_num_threads(options.threads);
    const bool cuda = uses_cuda(options);
    if (cuda && !has_cuda()) {
        return fail(ErrorCode::failed_precondition,
                    "no CUDA device that this build of libtorch can use; choose cpu");
    }
    if (!cuda) keep_freed_memory();
    const Placement placement{cuda ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU),
                              type_for(options.precision, cuda)};
    allow_tf32(placement.type != c10::kFloat);
    return placement;
}

Result<DeviceInfo> describe_device(const DeviceOptions& options) {
    const auto placement = choose_device(options);
    if (!placement) return Failure{placement.error()};
    DeviceInfo info{"cpu", name_of(placement->type), TORCH_VERSION, memory::whole()};
    if (placement->device.is_cuda()) {
        const CudaDevice device = ask_cuda_driver(0).value_or(CudaDevice{});
        info.device = device.name.empty() ? "cuda:0" : "cuda:0 " + device.name;
        info.memory_bytes = device.memory_bytes;
    }
    return info;
}

std::optional<std::uint64_t> room(const Placement& placement) {
    if (placement.device.is_cuda()) return cuda_room();
    const std::optional<std::uint64_t> free = memory::room();
    if (!free) return free;
    return *free - std::min(*free, bytes_to_pack());
}

std::uint64_t with_gaps(const Placement& placement, std::uint64_t bytes) {
    return placement.device.is_cuda() ? bytes : bytes / 5 * 7;  // Measured: docs/engine.md.
}

std::uint64_t default_model_memory(const Placement& placement) {
    if (!placement.device.is_cuda()) return memory::whole() / 2;
    return room(placement).value_or(ask_cuda_driver(0).value_or(CudaDevice{}).memory_bytes) / 5 * 4;
}

bool release_freed_memory(const Placement& placement) {
    if (!placement.device.is_cuda()) return trim_freed_memory();
    empty_cuda_cache();
    return false;
}

Error error_of_current_exception() {
    try {
        throw;
    } catch (const c10::Error& error) {
        return of_message(error.what_without_backtrace());
    } catch (const std::bad_alloc&) {
        return {ErrorCode::resource_exhausted, "not enough memory", {}};
    } catch (const std::exception& error) {
        return of_message(error.what());
    } catch (...) {
        return {ErrorCode::internal, "an exception of unknown kind", {}};
    }
}

}  // namespace gotong::engine
