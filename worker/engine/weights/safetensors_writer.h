// Writes tensors as a safetensors file that any reader accepts: names in order, data without holes,
// header padded so that the data begins at a multiple of 8.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"

namespace gotong::engine {

class SafetensorsWriter {
  public:
    // A name that is there already is replaced.
    void add(const std::string& name, std::span<const std::int64_t> shape,
             std::span<const float> values);
    void add(const std::string& name, std::span<const std::int64_t> shape,
             std::span<const std::int64_t> values);

    std::string bytes() const;

    // Error: unavailable, with the path and the system's reason.
    Result<> write(const std::filesystem::path& path) const;

  private:
    struct Entry {
        const char* dtype = "";
        std::vector<std::int64_t> shape;
        std::string data;  // Little-endian.
    };
    std::map<std::string, Entry> entries_;
};

}  // namespace gotong::engine
