// What a safetensors file says of its tensors, without their values: name, type, shape, place.
//
// Format: u64 little-endian n | n bytes of JSON | data. The JSON is an object that maps each
// tensor's name to {"dtype", "shape", "data_offsets": [begin, end)}, offsets counted from the
// data's first byte, and "__metadata__" to an object of strings.
//
// The file is a stranger's. Refused, beyond what breaks the format: duplicate keys, holes and
// overlaps between tensors, data that belongs to no tensor, sizes that overflow, and whatever
// exceeds the limits below.
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

namespace gotong::safetensors {

// SDXL as one file, the largest header in wide use, needs 0.4 MiB and 2,516 tensors.
inline constexpr std::uint64_t kMaxHeaderBytes = 16ULL << 20U;
inline constexpr std::size_t kMaxTensors = 20'000;
inline constexpr std::size_t kMaxRank = 8;
inline constexpr std::size_t kMaxTensorNameBytes = 256;

inline constexpr std::size_t kLengthBytes = 8;  // Of the header's length, in front of it.

struct TensorPlace {
    std::string_view dtype;           // The format's name: "F32", "F16", "BF16", "I64", ...
    std::vector<std::int64_t> shape;  // Empty for a scalar; may hold zeros.
    std::uint64_t begin = 0;          // Bytes from the data's first one.
    std::uint64_t end = 0;
};

using Header = std::map<std::string, TensorPlace, std::less<>>;

// The JSON of a whole file's bytes, or of its beginning, when the file is `file_size` bytes long.
// Error: invalid_argument.
Result<std::string_view> header_text(ByteView begin, std::uint64_t file_size);

// Parses the JSON of a file with so many bytes of data. Errors: invalid_argument, which says what
// is wrong and names the tensor.
Result<Header> parse_header(std::string_view json, std::uint64_t data_bytes);

// Of a file on disk; its data is not read. Errors: not_found, permission_denied, those of
// parse_header(); all with the path.
Result<Header> read_header(const std::filesystem::path& path);

// The value of a whole number that the file stores as a tensor of one element (I64 or I32).
// Errors: not_found; invalid_argument for other types and shapes.
Result<std::int64_t> read_integer(const std::filesystem::path& path, const std::string& tensor);

}  // namespace gotong::safetensors
