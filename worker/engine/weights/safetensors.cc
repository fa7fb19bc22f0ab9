#include "worker/engine/weights/safetensors.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "common/json/strict.h"
#include "common/text/printable.h"

namespace gotong::engine {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
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

// The length in front, checked against the file; the header's text.
Result<std::string_view> header_text(ByteView file) {
    if (file.size() < kLengthBytes) return broken("shorter than the 8 bytes of a header length");
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        length |= static_cast<std::uint64_t>(file[i]) << (8U * i);
    }
    if (length > kMaxHeaderBytes) {
        return broken("header of " + std::to_string(length) + " bytes; the limit is " +
                      std::to_string(kMaxHeaderBytes));
    }
    if (length > file.size() - kLengthBytes) return broken("header reaches beyond the file's end");
    const std::string_view text = as_text(file.subspan(kLengthBytes, length));
    if (!text.starts_with('{')) return broken("header does not start with '{'");
    return text;
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

// [begin, end) within `data`.
Result<ByteView> bytes_of(const std::string& name, const Json& value, ByteView data) {
    if (!value.is_array() || value.size() != 2) {
        return broken(name, "data_offsets is not a list of two");
    }
    const auto begin = unsigned_value(value[0]);
    const auto end = unsigned_value(value[1]);
    if (!begin || !end) return broken(name, "a data offset is not a whole number");
    if (*end < *begin) return broken(name, "ends before it begins");
    if (*end > data.size()) return broken(name, "reaches beyond the file's end");
    return data.subspan(*begin, *end - *begin);
}

Result<TensorEntry> entry_of(const std::string& name, const Json& value, ByteView data) {
    if (name.size() > kMaxTensorNameBytes) return broken("a tensor's name is too long");
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype") ||
        !value.contains("shape") || !value.contains("data_offsets")) {
        return broken(name, "must have exactly dtype, shape and data_offsets");
    }
    const auto dtype = dtype_of(name, value["dtype"]);
    if (!dtype) return Failure{dtype.error()};
    auto shape = shape_of(name, value["shape"]);
    if (!shape) return Failure{shape.error()};
    const auto bytes = bytes_of(name, value["data_offsets"], data);
    if (!bytes) return Failure{bytes.error()};
    const auto size = byte_size(name, *shape, dtype->bits);
    if (!size) return Failure{size.error()};
    if (*size != bytes->size()) {
        return broken(name, "its shape needs " + std::to_string(*size) + " bytes and it has " +
                                std::to_string(bytes->size()));
    }
    return TensorEntry{dtype->name, *std::move(shape), *bytes};
}

Result<> check_metadata(const Json& metadata) {
    if (!metadata.is_object()) return broken("__metadata__ is not an object");
    for (const Json& value : metadata) {
        if (!value.is_string()) return broken("__metadata__ holds something that is no string");
    }
    return {};
}

// The tensors must tile the data: in order of their offsets, each begins where the last one ended.
Result<> check_tiling(const TensorTable& tensors, ByteView data) {
    std::vector<std::pair<const std::string*, ByteView>> order;
    order.reserve(tensors.size());
    for (const auto& [name, entry] : tensors) order.emplace_back(&name, entry.bytes);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
        return std::pair{a.second.data(), a.second.size()} <
               std::pair{b.second.data(), b.second.size()};
    });
    const std::uint8_t* next = data.data();
    for (const auto& [name, bytes] : order) {
        if (bytes.data() < next) return broken(*name, "overlaps another tensor");
        if (bytes.data() > next) return broken(*name, "leaves a hole in front of it");
        next = bytes.data() + bytes.size();
    }
    if (next != data.data() + data.size()) return broken("data after the last tensor");
    return {};
}

}  // namespace

Result<TensorTable> parse_safetensors(ByteView file) {
    const auto text = header_text(file);
    if (!text) return Failure{text.error()};
    const auto header = gotong::json::parse_strict(*text, kHeaderLimits);
    if (!header) return Failure{header.error().during("header")};
    if (!header->is_object()) return broken("header is not an object");
    if (header->size() > kMaxTensors) {
        return broken("more than " + std::to_string(kMaxTensors) + " tensors");
    }
    const ByteView data = file.subspan(kLengthBytes + text->size());
    TensorTable tensors;
    for (const auto& [name, value] : header->items()) {
        if (name == "__metadata__") {
            if (const auto checked = check_metadata(value); !checked) {
                return Failure{checked.error()};
            }
            continue;
        }
        auto entry = entry_of(name, value, data);
        if (!entry) return Failure{entry.error()};
        tensors.emplace(name, *std::move(entry));
    }
    if (const auto tiled = check_tiling(tensors, data); !tiled) return Failure{tiled.error()};
    return tensors;
}

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return Failure{file.error()};
    auto tensors = parse_safetensors(file->bytes());
    if (!tensors) return Failure{tensors.error().during(path.string())};
    return SafetensorsFile{*std::move(file), *std::move(tensors)};
}

}  // namespace gotong::engine
