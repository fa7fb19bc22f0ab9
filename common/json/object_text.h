// Writes a JSON object straight into text, as nlohmann-json would dump it: for what is written for
// every job, where building a tree first costs more than all else about it.
//
//     json::ObjectText().number("height", 64).text("model", name).done()
//
// The caller names the keys in ascending order, which is that of a dumped tree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gotong::json {

class ObjectText {
  public:
    // Throws as nlohmann-json does when the value is no UTF-8.
    ObjectText& text(std::string_view key, std::string_view value);
    ObjectText& number(std::string_view key, std::uint64_t value);
    ObjectText& boolean(std::string_view key, bool value);
    ObjectText& json(std::string_view key, std::string_view written);  // Valid JSON already.

    std::string done();  // At the end, once.

  private:
    void begin(std::string_view key);

    std::string text_{"{"};
};

}  // namespace gotong::json
