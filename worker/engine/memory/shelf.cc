#include "worker/engine/memory/shelf.h"

namespace gotong::memory {

std::vector<std::string> Shelf::make_room(std::uint64_t bytes, std::string_view in_use) {
    std::vector<std::string> gone;
    const std::uint64_t allowed = budget_ > bytes ? budget_ - bytes : 0;
    std::uint64_t held = this->bytes();
    for (auto it = oldest_first_.begin(); it != oldest_first_.end() && held > allowed;) {
        if (it->name == in_use) {
            ++it;
            continue;
        }
        held -= it->bytes;
        gone.push_back(std::move(it->name));
        it = oldest_first_.erase(it);
    }
    return gone;
}

std::vector<std::string> Shelf::clear(std::string_view in_use) {
    std::vector<std::string> gone;
    for (const std::string& name : names()) {
        if (name == in_use) continue;
        remove(name);
        gone.push_back(name);
    }
    return gone;
}

void Shelf::use(const std::string& name, std::uint64_t bytes) {
    remove(name);
    oldest_first_.push_back({name, bytes});
}

void Shelf::remove(std::string_view name) {
    oldest_first_.remove_if([name](const Place& place) { return place.name == name; });
}

std::uint64_t Shelf::bytes() const {
    std::uint64_t bytes = 0;
    for (const Place& place : oldest_first_) bytes += place.bytes;
    return bytes;
}

std::vector<std::string> Shelf::names() const {
    std::vector<std::string> names;
    for (const Place& place : oldest_first_) names.push_back(place.name);
    return names;
}

}  // namespace gotong::memory
