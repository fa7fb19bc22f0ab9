#include "common/safetensors/header.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "common/json/strict.h"
#include "common/text/printable.h"

namespace gotong::safetensors {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostShown = 128;  // Of a name; the longest in use are about 80 bytes.

// {"name": {"shape": [..]}}
constexpr gotong::json::Limits kHeaderLimits{.bytes = kMaxHeaderBytes, .depth = 3};

struct DtypeSize {
    std::string_view name;
    std::uint64_t bits;
};

// Every type of the format, so that a file is judged by its own rules; which of them the engine
// can compute with is for its reader to say.
constexpr std::array<DtypeSize, 22> kDtypes{{
    {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
    {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
    {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
    {"I64", 64},        {"U64", 64},
}};

Failure broken(const std::string& what) { return fail(ErrorCode::invalid_argument, what); }
Failure broken(const std::string& tensor, const std::string& what) {
    return broken("tensor \"" + text::shown(tensor, kMostShown) + "\": " + what);
}

// The header's length, checked against the file's.
Result<std::uint64_t> header_bytes(ByteView begin, std::uint64_t file_size) {
    if (begin.size() < kLengthBytes) return broken("shorter than the 8 bytes of a header length");
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        length |= static_cast<std::uint64_t>(begin[i]) << (8U * i);
    }
    if (length > kMaxHeaderBytes) {
        return broken("header of " + std::to_string(length) + " bytes; the limit is " +
                      std::to_string(kMaxHeaderBytes));
    }
    if (length > file_size - kLengthBytes) return broken("header reaches beyond the file's end");
    return length;
}

std::optional<std::uint64_t> unsigned_value(const Json& value) {
    if (!value.is_number_unsigned()) return std::nullopt;
    return value.get<std::uint64_t>();
}

Result<DtypeSize> dtype_of(const std::string& name, const Json& value) {
    if (!value.is_string()) return broken(name, "dtype is not a string");
    const auto& dtype = value.get_ref<const std::string&>();
    const auto* const known = std::find_if(kDtypes.begin(), kDtypes.end(),
                                           [&](const DtypeSize& d) { return d.name == dtype; });
    if (known == kDtypes.end()) return broken(name, "unknown dtype");
    return *known;
}

Result<std::vector<std::int64_t>> shape_of(const std::string& name, const Json& value) {
    if (!value.is_array()) return broken(name, "shape is not a list");
    if (value.size() > kMaxRank) {
        return broken(name, "more than " + std::to_string(kMaxRank) + " dimensions");
    }
    std::vector<std::int64_t> shape;
    for (const Json& element : value) {
        const auto dimension = unsigned_value(element);
        if (!dimension || *dimension > std::numeric_limits<std::int64_t>::max()) {
            return broken(name, "a dimension is not a whole number of at most 63 bits");
        }
        shape.push_back(static_cast<std::int64_t>(*dimension));
    }
    return shape;
}

// Bytes that a tensor of this type and shape fills.
Result<std::uint64_t> byte_size(const std::string& name, const std::vector<std::int64_t>& shape,
                                std::uint64_t bits_each) {
    std::uint64_t bits = bits_each;
    for (const std::int64_t dimension : shape) {
        if (__builtin_mul_overflow(bits, static_cast<std::uint64_t>(dimension), &bits)) {
            return broken(name, "its size overflows");
        }
    }
    if (bits % 8 != 0) return broken(name, "does not fill whole bytes");
    return bits / 8;
}

struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

Result<Range> range_of(const std::string& name, const Json& value, std::uint64_t data_bytes) {
    if (!value.is_array() || value.size() != 2) {
        return broken(name, "data_offsets is not a list of two");
    }
    const auto begin = unsigned_value(value[0]);
    const auto end = unsigned_value(value[1]);
    if (!begin || !end) return broken(name, "a data offset is not a whole number");
    if (*end < *begin) return broken(name, "ends before it begins");
    if (*end > data_bytes) return broken(name, "reaches beyond the file's end");
    return Range{*begin, *end};
}

Result<TensorPlace> place_of(const std::string& name, const Json& value, std::uint64_t data_bytes) {
    if (name.size() > kMaxTensorNameBytes) return broken("a tensor's name is too long");
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype") ||
        !value.contains("shape") || !value.contains("data_offsets")) {
        return broken(name, "must have exactly dtype, shape and data_offsets");
    }
    const auto dtype = dtype_of(name, value["dtype"]);
    if (!dtype) return Failure{dtype.error()};
    auto shape = shape_of(name, value["shape"]);
    if (!shape) return Failure{shape.error()};
    const auto range = range_of(name, value["data_offsets"], data_bytes);
    if (!range) return Failure{range.error()};
    const auto size = byte_size(name, *shape, dtype->bits);
    if (!size) return Failure{size.error()};
    const std::uint64_t held = range->end - range->begin;
    if (*size != held) {
        return broken(name, "its shape needs " + std::to_string(*size) + " bytes and it has " +
                                std::to_string(held));
    }
    return TensorPlace{dtype->name, *std::move(shape), range->begin, range->end};
}

Result<> check_metadata(const Json& metadata) {
    if (!metadata.is_object()) return broken("__metadata__ is not an object");
    for (const Json& value : metadata) {
        if (!value.is_string()) return broken("__metadata__ holds something that is no string");
    }
    return {};
}

// The tensors must tile the data: in order of their offsets, each begins where the last one ended.
Result<> check_tiling(const Header& tensors, std::uint64_t data_bytes) {
    std::vector<Header::const_pointer> order;
    order.reserve(tensors.size());
    for (const auto& tensor : tensors) order.push_back(&tensor);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        return std::pair{a->second.begin, a->second.end} <
               std::pair{b->second.begin, b->second.end};
    });
    std::uint64_t next = 0;
    for (const auto* tensor : order) {
        if (tensor->second.begin < next) return broken(tensor->first, "overlaps another tensor");
        if (tensor->second.begin > next)
            return broken(tensor->first, "leaves a hole in front of it");
        next = tensor->second.end;
    }
    if (next != data_bytes) return broken("data after the last tensor");
    return {};
}

// A file open for reading, and how long it is.
struct OpenFile {
    std::ifstream stream;
    std::uint64_t size = 0;
};

Result<OpenFile> open_file(const std::filesystem::path& path) {
    std::error_code error;
    const auto kind = std::filesystem::status(path, error).type();
    if (kind == std::filesystem::file_type::not_found)
        return fail(ErrorCode::not_found, path.string() + ": no such file");
    if (kind != std::filesystem::file_type::regular)
        return fail(ErrorCode::failed_precondition, path.string() + ": not a regular file");
    OpenFile file{std::ifstream(path, std::ios::binary), std::filesystem::file_size(path, error)};
    if (!file.stream || error)
        return fail(ErrorCode::permission_denied, path.string() + ": cannot be read");
    return file;
}

// `count` bytes from `at`; fewer where the file ends.
std::string read_at(OpenFile& file, std::uint64_t at, std::uint64_t count) {
    std::string bytes(count, 0);
    file.stream.seekg(static_cast<std::streamoff>(at));
    file.stream.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.stream.gcount(), 0)));
    return bytes;
}

struct ReadHeader {
    Header header;
    std::uint64_t data_at = 0;
};

Result<ReadHeader> read_from(OpenFile& file) {
    const std::string length = read_at(file, 0, kLengthBytes);
    const auto bytes = header_bytes(as_bytes(length), file.size);
    if (!bytes) return Failure{bytes.error()};
    const std::string begin = length + read_at(file, kLengthBytes, *bytes);
    const auto text = header_text(as_bytes(begin), file.size);
    if (!text) return Failure{text.error()};
    const std::uint64_t data_at = kLengthBytes + *bytes;
    auto header = parse_header(*text, file.size - data_at);
    if (!header) return Failure{header.error()};
    return ReadHeader{*std::move(header), data_at};
}

}  // namespace

Result<std::string_view> header_text(ByteView begin, std::uint64_t file_size) {
    const auto length = header_bytes(begin, file_size);
    if (!length) return Failure{length.error()};
    if (*length > begin.size() - kLengthBytes) return broken("ends within its header");
    const std::string_view text = as_text(begin.subspan(kLengthBytes, *length));
    if (!text.starts_with('{')) return broken("header does not start with '{'");
    return text;
}

Result<Header> parse_header(std::string_view text, std::uint64_t data_bytes) {
    const auto json = gotong::json::parse_strict(text, kHeaderLimits);
    if (!json) return Failure{json.error().during("header")};
    if (!json->is_object()) return broken("header is not an object");
    if (json->size() > kMaxTensors) {
        return broken("more than " + std::to_string(kMaxTensors) + " tensors");
    }
    Header header;
    for (const auto& [name, value] : json->items()) {
        if (name == "__metadata__") {
            if (const auto checked = check_metadata(value); !checked) {
                return Failure{checked.error()};
            }
            continue;
        }
        auto place = place_of(name, value, data_bytes);
        if (!place) return Failure{place.error()};
        header.emplace(name, *std::move(place));
    }
    if (const auto tiled = check_tiling(header, data_bytes); !tiled) return Failure{tiled.error()};
    return header;
}

Result<Header> read_header(const std::filesystem::path& path) {
    auto file = open_file(path);
    if (!file) return Failure{file.error()};
    auto read = read_from(*file);
    if (!read) return Failure{read.error().during(path.string())};
    return std::move(read->header);
}

Result<std::int64_t> read_integer(const std::filesystem::path& path, const std::string& tensor) {
    auto file = open_file(path);
    if (!file) return Failure{file.error()};
    const auto read = read_from(*file);
    if (!read) return Failure{read.error().during(path.string())};
    const auto found = read->header.find(tensor);
    if (found == read->header.end())
        return fail(ErrorCode::not_found, path.string() + ": no tensor \"" + tensor + "\"");
    const TensorPlace& place = found->second;
    const std::size_t width = place.dtype == "I64" ? 8 : place.dtype == "I32" ? 4 : 0;
    const std::string bytes = read_at(*file, read->data_at + place.begin, width);
    if (width == 0 || place.end - place.begin != width || bytes.size() != width)
        return broken(tensor, "is not one whole number (I64 or I32)");
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
        value |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8U * i);
    if (width == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return static_cast<std::int64_t>(value);
}

}  // namespace gotong::safetensors
