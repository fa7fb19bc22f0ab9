#include "common/json/object_text.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <nlohmann/json.hpp>

namespace gotong::json {
namespace {

TEST_CASE("an object is written as a tree of it would be dumped") {
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const nlohmann::json tree{
        {"a", "plain"}, {"b", most}, {"c", true}, {"d", false}, {"e", {{"in", ""}}}};
    const std::string written = ObjectText()
                                    .text("a", "plain")
                                    .number("b", most)
                                    .boolean("c", true)
                                    .boolean("d", false)
                                    .json("e", ObjectText().text("in", "").done())
                                    .done();
    CHECK(written == tree.dump());
    CHECK(ObjectText().done() == nlohmann::json::object().dump());
}

TEST_CASE("every character of a text is escaped as in a dumped tree") {
    for (int c = 0; c < 0x80; ++c) {
        const std::string value = std::string("x") + static_cast<char>(c);
        CHECK(ObjectText().text("k", value).done() == nlohmann::json{{"k", value}}.dump());
    }
    const std::string apple = "ein roter \u00c4pfel \U0001F34E";
    CHECK(ObjectText().text("k", apple).done() == nlohmann::json{{"k", apple}}.dump());
}

TEST_CASE("what is no UTF-8 is refused as in a dumped tree") {
    CHECK_THROWS_AS(ObjectText().text("k", "\xff"), nlohmann::json::type_error);
}

}  // namespace
}  // namespace gotong::json
