// A copy of the demo model that a test may break.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/temp_dir.h"

namespace gotong::engine::test {

inline std::filesystem::path demo_model() {
    return std::filesystem::path(GOTONG_SOURCE_DIR) / "models" / "emoji";
}

class ModelCopy {
  public:
    ModelCopy() {
        std::filesystem::copy(demo_model(), path(), std::filesystem::copy_options::recursive);
    }

    std::filesystem::path path() const { return folder_ / "model"; }

    // Changes one JSON file of the folder.
    void edit(const std::string& file, const std::function<void(nlohmann::json&)>& change) const {
        nlohmann::json json;
        std::ifstream(path() / file) >> json;
        change(json);
        std::ofstream(path() / file) << json;
    }

    // Changes the header of a safetensors file; `change` must keep the data as it is.
    void edit_header(const std::string& file,
                     const std::function<void(nlohmann::json&)>& change) const {
        std::ifstream in(path() / file, std::ios::binary);
        std::string bytes(std::istreambuf_iterator<char>(in), {});
        std::uint64_t length = 0;
        bytes.copy(reinterpret_cast<char*>(&length), sizeof length);
        auto header = nlohmann::json::parse(bytes.substr(sizeof length, length));
        change(header);
        const std::string text = header.dump();
        const std::uint64_t size = text.size();
        std::ofstream out(path() / file, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(&size), sizeof size);
        out << text << bytes.substr(sizeof length + length);
    }

  private:
    gotong::test::TempDir folder_;
};

}  // namespace gotong::engine::test
