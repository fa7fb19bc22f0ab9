// No bytes make the safetensors reader fail otherwise than by an Error, and every tensor that it
// hands out lies inside the file.
#include <cstddef>
#include <cstdint>
#include <functional>

#include "common/check.h"
#include "worker/engine/weights/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto tensors = gotong::engine::parse_safetensors({data, size});
    if (!tensors) return 0;
    for (const auto& [name, entry] : *tensors) {
        if (entry.bytes.empty()) continue;
        const std::uint8_t* end = entry.bytes.data() + entry.bytes.size();
        const bool inside =
            !std::less<>{}(entry.bytes.data(), data) && !std::less<>{}(data + size, end);
        gotong::check(inside, "a tensor lies inside its file");
    }
    return 0;
}
