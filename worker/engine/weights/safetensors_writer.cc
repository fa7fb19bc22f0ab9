#include "worker/engine/weights/safetensors_writer.h"

#include <bit>
#include <fstream>
#include <nlohmann/json.hpp>

namespace gotong::engine {
namespace {

// Values are written as they lie in memory.
static_assert(std::endian::native == std::endian::little);

template <class T>
std::string raw_bytes(std::span<const T> values) {
    return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

void SafetensorsWriter::add(const std::string& name, std::span<const std::int64_t> shape,
                            std::span<const float> values) {
    entries_[name] = {"F32", {shape.begin(), shape.end()}, raw_bytes(values)};
}

void SafetensorsWriter::add(const std::string& name, std::span<const std::int64_t> shape,
                            std::span<const std::int64_t> values) {
    entries_[name] = {"I64", {shape.begin(), shape.end()}, raw_bytes(values)};
}

std::string SafetensorsWriter::bytes() const {
    nlohmann::json header = nlohmann::json::object();
    std::string data;
    for (const auto& [name, entry] : entries_) {
        const std::size_t begin = data.size();
        data += entry.data;
        header[name] = {
            {"dtype", entry.dtype}, {"shape", entry.shape}, {"data_offsets", {begin, data.size()}}};
    }
    std::string text = header.dump();
    constexpr std::size_t kAlignment = 8;
    text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
    std::string file;
    for (std::size_t i = 0; i < sizeof(std::uint64_t); ++i)
        file += static_cast<char>(std::uint64_t{text.size()} >> (8 * i));
    return file + text + data;
}

Result<> SafetensorsWriter::write(const std::filesystem::path& path) const {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes() << std::flush;
    if (!file) return fail(ErrorCode::unavailable, "cannot write " + path.string());
    return {};
}

}  // namespace gotong::engine
