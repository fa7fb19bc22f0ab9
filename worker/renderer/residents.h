// The models that stay loaded, and which of them go for another: memory/shelf decides, this one
// holds them. A model is the same as long as every one of its files is.
//
// Corridor: renderer/engine_painter -> [renderer/residents] -> engine/model
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "worker/engine/memory/shelf.h"
#include "worker/engine/model.h"
#include "worker/renderer/protocol/wire.h"

namespace gotong::renderer {

class Residents {
  public:
    // `budget`: bytes of weights that are held at most, unless one model alone has more; absent:
    // engine::default_model_memory().
    Residents(engine::DeviceOptions options, std::optional<std::uint64_t> budget)
        : options_(options), budget_(budget) {}

    struct Used {
        engine::Model* model = nullptr;
        double load_ms = 0;  // 0: was held.
    };

    // The model at `path`, loaded unless it is held; it is the one in use until the next call, and
    // stays. Errors: those of Model::load(). Without memory for it all others are given up first.
    Result<Used> use(const std::filesystem::path& path);

    std::vector<LoadedModel> all() const;

    // Whether the model in use is the one at `path` as its files are now.
    bool is_in_use(const std::filesystem::path& path) const;

  private:
    struct Resident {
        std::unique_ptr<engine::Model> model;
        double load_ms = 0;
        std::string state;  // What its files looked like when it was loaded.
    };

    Result<memory::Shelf*> shelf();
    Result<Used> load(const std::string& path, std::string state);
    Result<std::unique_ptr<engine::Model>> load_with_all_memory(const std::string& path);
    bool give_up_idle();

    engine::DeviceOptions options_;
    std::optional<std::uint64_t> budget_;
    std::optional<memory::Shelf> shelf_;  // Made when the first model is wanted.
    std::map<std::string, Resident> residents_;
    std::string in_use_;  // Empty: none.
};

}  // namespace gotong::renderer
