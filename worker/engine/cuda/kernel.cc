#include "worker/engine/cuda/kernel.h"

#include <dlfcn.h>

#include <array>
#include <cstdio>

#ifdef GOTONG_CUDA_GRAPHS
#include <c10/cuda/CUDAStream.h>
#include <c10/util/Exception.h>
#endif

namespace gotong::engine::cuda {

#ifdef GOTONG_CUDA_GRAPHS
namespace {

// A C function of a library, by name: no headers of NVIDIA's are needed for it.
template <class Function>
Function* find(void* library, const char* name) {
    return library == nullptr ? nullptr : reinterpret_cast<Function*>(::dlsym(library, name));
}

// libtorch finds NVRTC by its own search path; once loaded, it answers to its name.
void* open_nvrtc() {
    ::dlopen("libcaffe2_nvrtc.so", RTLD_NOW | RTLD_LOCAL);
    for (const char* name : {"libnvrtc.so.13", "libnvrtc.so.12"})
        if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
    return nullptr;
}

struct Nvrtc {
    using Program = void*;
    int (*create)(Program*, const char*, const char*, int, const char* const*, const char* const*);
    int (*compile)(Program, int, const char* const*);
    int (*size_of_code)(Program, std::size_t*);
    int (*code)(Program, char*);
    int (*destroy)(Program*);

    bool complete() const { return create && compile && size_of_code && code && destroy; }
};

const Nvrtc& nvrtc() {
    static const Nvrtc found = [] {
        void* const library = open_nvrtc();
        Nvrtc it{};
        it.create = find<std::remove_pointer_t<decltype(it.create)>>(library, "nvrtcCreateProgram");
        it.compile =
            find<std::remove_pointer_t<decltype(it.compile)>>(library, "nvrtcCompileProgram");
        it.size_of_code =
            find<std::remove_pointer_t<decltype(it.size_of_code)>>(library, "nvrtcGetCUBINSize");
        it.code = find<std::remove_pointer_t<decltype(it.code)>>(library, "nvrtcGetCUBIN");
        it.destroy =
            find<std::remove_pointer_t<decltype(it.destroy)>>(library, "nvrtcDestroyProgram");
        return it;
    }();
    return found;
}

struct Driver {
    int (*current_device)(int*);
    int (*attribute)(int*, int, int);
    int (*load)(void**, const void*);
    int (*function)(void**, void*, const char*);
    int (*launch)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                  void*, void**, void**);

    bool complete() const { return current_device && attribute && load && function && launch; }
};

const Driver& driver() {
    static const Driver found = [] {
        void* const library = ::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
        Driver it{};
        it.current_device =
            find<std::remove_pointer_t<decltype(it.current_device)>>(library, "cuCtxGetDevice");
        it.attribute =
            find<std::remove_pointer_t<decltype(it.attribute)>>(library, "cuDeviceGetAttribute");
        it.load = find<std::remove_pointer_t<decltype(it.load)>>(library, "cuModuleLoadData");
        it.function =
            find<std::remove_pointer_t<decltype(it.function)>>(library, "cuModuleGetFunction");
        it.launch = find<std::remove_pointer_t<decltype(it.launch)>>(library, "cuLaunchKernel");
        return it;
    }();
    return found;
}

// 90 for a Hopper.
int capability() {
    constexpr int kMajor = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
    constexpr int kMinor = 76;
    int device = 0;
    int major = 0;
    int minor = 0;
    driver().current_device(&device);
    driver().attribute(&major, kMajor, device);
    driver().attribute(&minor, kMinor, device);
    return major * 10 + minor;
}

// Machine code for the current device; empty when NVRTC refuses.
std::string machine_code(const std::string& source) {
    const std::string target = "--gpu-architecture=sm_" + std::to_string(capability());
    const std::array<const char*, 2> options{target.c_str(), "--std=c++17"};
    Nvrtc::Program program = nullptr;
    if (nvrtc().create(&program, source.c_str(), "gotong.cu", 0, nullptr, nullptr) != 0) return {};
    std::string code;
    std::size_t size = 0;
    if (nvrtc().compile(program, static_cast<int>(options.size()), options.data()) == 0 &&
        nvrtc().size_of_code(program, &size) == 0) {
        code.resize(size);
        if (nvrtc().code(program, code.data()) != 0) code.clear();
    }
    nvrtc().destroy(&program);
    return code;
}

Kernel without(const char* what) {
    std::fprintf(stderr, "gotong-renderer: a kernel of ours cannot be used (%s)\n", what);
    return {};
}

}  // namespace

Kernel Kernel::compile(const std::string& source, const std::string& name) {
    if (!nvrtc().complete() || !driver().complete()) return without("NVRTC or driver not found");
    const std::string code = machine_code(source);
    if (code.empty()) return without("NVRTC does not compile it");
    void* loaded = nullptr;
    Kernel kernel;
    if (driver().load(&loaded, code.data()) != 0 ||
        driver().function(&kernel.function_, loaded, name.c_str()) != 0)
        return without("the driver does not take it");
    return kernel;
}

void Kernel::launch(const Grid& grid, std::vector<void*> arguments) const {
    const int status =
        driver().launch(function_, grid.x, grid.y, 1, grid.threads, 1, 1, grid.shared_bytes,
                        c10::cuda::getCurrentCUDAStream().stream(), arguments.data(), nullptr);
    TORCH_CHECK(status == 0, "cuLaunchKernel: error ", status);
}

#else

Kernel Kernel::compile(const std::string&, const std::string&) { return {}; }
void Kernel::launch(const Grid&, std::vector<void*>) const {}

#endif

}  // namespace gotong::engine::cuda
