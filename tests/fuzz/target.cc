#include "tests/fuzz/target.h"

#include <sanitizer/allocator_interface.h>

#include <cstdint>
#include <string_view>

#include "common/check.h"
#include "common/text/printable.h"

namespace gotong::fuzz {
namespace {

constexpr std::size_t kLongestMessage = 1'000;  // Bytes.

// What the reader's thread has taken and not given back; libFuzzer's own threads are not watched.
struct Watch {
    bool on = false;
    std::int64_t held = 0;
    std::int64_t allowed = 0;
};
thread_local Watch watch;

void took(const volatile void* memory, std::size_t) {
    if (!watch.on) return;
    watch.held +=
        static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<const void*>(memory)));
    if (watch.held <= watch.allowed) return;
    watch.on = false;  // Saying so takes memory too.
    check(false, "a reader holds no more memory than its target allows");
}

void gave_back(const volatile void* memory) {
    if (watch.on && memory != nullptr)
        watch.held -= static_cast<std::int64_t>(
            __sanitizer_get_allocated_size(const_cast<const void*>(memory)));
}

}  // namespace

void check_is_clear(const Error& error) {
    check(!error.message.empty(), "an error says what is wrong");
    check(error.message.size() <= kLongestMessage, "an error is one line, not the whole input");
    check(text::printable(error.message) == error.message, "an error can be shown on a terminal");
}

}  // namespace gotong::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    __sanitizer_install_malloc_and_free_hooks(&gotong::fuzz::took, &gotong::fuzz::gave_back);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using gotong::fuzz::watch;
    const auto& allowance = gotong::fuzz::kAllowance;
    watch = {true, 0, static_cast<std::int64_t>(allowance.fixed + allowance.per_byte * size)};
    gotong::fuzz::read({data, size});
    watch.on = false;
    return 0;
}
