// Strict reader of the safetensors format, the only weight format of the engine: unlike a pickle
// it cannot carry code. The file is foreign input even after its digest was checked, because the
// digest only says that everybody has the same file.
//
// The format and its rules are common/safetensors'. No torch here, so that the parser can be fuzzed
// and run under sanitizers alone.
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
#include "common/safetensors/header.h"
#include "worker/engine/weights/mapped_file.h"

namespace gotong::engine {

using safetensors::kMaxHeaderBytes;
using safetensors::kMaxRank;
using safetensors::kMaxTensorNameBytes;
using safetensors::kMaxTensors;

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

    // MappedFile's.
    bool holds(ByteView bytes) const { return file_.holds(bytes); }
    void release(ByteView bytes) const { file_.release(bytes); }

  private:
    SafetensorsFile(MappedFile file, TensorTable tensors)
        : file_(std::move(file)), tensors_(std::move(tensors)) {}
    MappedFile file_;
    TensorTable tensors_;
};

}  // namespace gotong::engine
