// Kernels of ours run on a processor: their text is compiled as C++ with CUDA's words defined, and
// a block's threads are threads. Slow, and every bit of index arithmetic is the real one.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace gotong::test {

struct Launch {
    unsigned blocks_x = 1;
    unsigned blocks_y = 1;
    unsigned threads = 1;
};

class EmulatedKernels {
  public:
    // Fails the test when the text does not compile. fp16 is beyond it: its conversions are PTX.
    explicit EmulatedKernels(const std::string& text);
    ~EmulatedKernels();

    // Runs the blocks one after the other; arguments as cuLaunchKernel takes them.
    void launch(const std::string& name, const Launch& launch, std::vector<void*> arguments);

  private:
    struct Library;
    std::unique_ptr<Library> library_;
};

}  // namespace gotong::test
