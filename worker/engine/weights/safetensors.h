// Strict reader of the safetensors format, the only weight format of the engine: unlike a pickle
// it cannot carry code. The file is foreign input even after its digest was checked, because the
// digest only says that everybody has the same file.
//
// Format: u64 little-endian n | n bytes of JSON | data. The JSON is an object that maps each
// tensor's name to {"dtype", "shape", "data_offsets": [begin, end)}, offsets counted from the
// data's first byte, and "__metadata__" to an object of strings.
//
// Refused, beyond what breaks the format: duplicate keys, holes and overlaps between tensors, data
// that belongs to no tensor, sizes that overflow, and whatever exceeds the limits below. No torch
// here, so that the parser can be fuzzed and run under sanitizers alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "worker/engine/weights/mapped_file.h"

namespace gotong::engine {

// SDXL's UNet, the largest header in wide use, needs 0.2 MiB and 1,680 tensors.
inline constexpr std::uint64_t kMaxHeaderBytes = 16ULL << 20U;
inline constexpr std::size_t kMaxTensors = 20'000;
inline constexpr std::size_t kMaxRank = 8;
inline constexpr std::size_t kMaxTensorNameBytes = 256;

struct TensorEntry {
    std::string_view dtype;           // The format's name: "F32", "F16", "BF16", "I64", ...
    std::vector<std::int64_t> shape;  // Empty for a scalar; may hold zeros.
    ByteView bytes;                   // Row-major, little-endian; alignment is not guaranteed.
};

using TensorTable = std::map<std::string, TensorEntry, std::less<>>;

// Parses a whole file's bytes; the entries see `file`'s memory. Errors: invalid_argument, which
// says what is wrong and names the tensor.
Result<TensorTable> parse_safetensors(ByteView file);

class SafetensorsFile {
  public:
    // Errors: those of MappedFile::open() and parse_safetensors(), with the path in front.
    static Result<SafetensorsFile> open(const std::filesystem::path& path);

    // Lives as long as this object.
    const TensorTable& tensors() const { return tensors_; }

  private:
    SafetensorsFile(MappedFile file, TensorTable tensors)
        : file_(std::move(file)), tensors_(std::move(tensors)) {}
    MappedFile file_;
    TensorTable tensors_;
};

}  // namespace gotong::engine
