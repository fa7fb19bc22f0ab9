// Which models stay in memory: those that were used last, as many as a budget holds. Knows their
// names and sizes only; whoever holds the models does as it says.
//
// Corridor: renderer/engine_painter -> [memory/shelf] -> engine/model
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace gotong::memory {

class Shelf {
  public:
    explicit Shelf(std::uint64_t budget) : budget_(budget) {}

    // Takes models off the shelf, the one used longest ago first, until `bytes` more keep within
    // the budget, or none but `in_use` is left (empty: none is). Returns those it took off.
    std::vector<std::string> make_room(std::uint64_t bytes, std::string_view in_use);

    // Takes off all but `in_use`.
    std::vector<std::string> clear(std::string_view in_use);

    // Used now: put on the shelf, or no longer the one to go first. A name that is there keeps no
    // other size than the new one.
    void use(const std::string& name, std::uint64_t bytes);

    void remove(std::string_view name);

    std::uint64_t bytes() const;

    // The one used longest ago first.
    std::vector<std::string> names() const;

  private:
    struct Place {
        std::string name;
        std::uint64_t bytes = 0;
    };

    std::uint64_t budget_;
    std::list<Place> oldest_first_;
};

}  // namespace gotong::memory
