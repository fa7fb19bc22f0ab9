#include "worker/engine/weigh.h"

#include <string>
#include <vector>

#include "worker/engine/device.h"
#include "worker/engine/memory/words.h"

namespace gotong::engine {
namespace {

std::vector<std::string> parts_of(const ModelIndex& index) {
    std::vector<std::string> parts{"text_encoder", "unet", "vae"};
    if (index.is_xl) parts.emplace_back("text_encoder_2");
    return parts;
}

}  // namespace

Result<std::uint64_t> weigh(const ModelSource& source, const ModelIndex& index,
                            const Placement& placement) {
    std::uint64_t bytes = 0;
    for (const std::string& part : parts_of(index)) {
        const auto stored = source.weights(part);
        if (!stored) return Failure{stored.error()};
        const bool is_full = part == "vae";  // Model::Parts::placement is not the decoder's.
        bytes +=
            held_bytes(*stored, is_full ? Placement{placement.device, c10::kFloat} : placement);
    }
    return bytes;
}

Result<> check_room(const ModelSource& source, const ModelIndex& index, const Placement& placement,
                    std::uint64_t bytes) {
    const auto free = room(placement);
    if (!free || bytes <= *free) return {};
    std::string words = "its weights need " + memory::spelled(bytes) + ", and " +
                        memory::spelled(*free) + " are free";
    const bool cuda = placement.device.is_cuda();
    const Placement half{placement.device, cuda ? c10::kHalf : c10::kBFloat16};
    const auto weighed = weigh(source, index, half);
    const std::uint64_t halved = weighed.value_or(0);
    if (placement.type == c10::kFloat && weighed && halved <= *free) {
        words += cuda ? "; in fp16" : "; in bf16";
        words += " they would take " + memory::spelled(halved);
    }
    return fail(ErrorCode::resource_exhausted, words);
}

}  // namespace gotong::engine
