// No bytes make the safetensors reader fail otherwise than by an Error, and every tensor that it
// hands out lies inside the file.
#include <functional>
#include <vector>

#include "common/check.h"
#include "tests/fuzz/target.h"
#include "worker/engine/weights/safetensors.h"

namespace gotong::fuzz {
namespace {

void read_file(ByteView file) {
    const auto tensors = engine::parse_safetensors(file);
    if (!taken(tensors)) return;
    for (const auto& [name, entry] : *tensors) {
        if (entry.bytes.empty()) continue;
        const std::uint8_t* end = entry.bytes.data() + entry.bytes.size();
        const bool inside = !std::less<>{}(entry.bytes.data(), file.data()) &&
                            !std::less<>{}(file.data() + file.size(), end);
        check(inside, "a tensor lies inside its file");
    }
}

// The header alone, with its right length in front, for tensors without data.
std::vector<std::uint8_t> with_length(ByteView header) {
    std::vector<std::uint8_t> file;
    for (unsigned shift = 0; shift < 64; shift += 8)
        file.push_back(static_cast<std::uint8_t>(header.size() >> shift));
    file.insert(file.end(), header.begin(), header.end());
    return file;
}

}  // namespace

const Allowance kAllowance{.per_byte = kTreePerByte};

void read(ByteView input) {
    read_file(input);
    read_file(with_length(input));
}

}  // namespace gotong::fuzz
