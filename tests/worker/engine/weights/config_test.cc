// Configs are read strictly: wrong types, values out of range and keys nobody asked for are errors
// that name file and key.
#include "worker/engine/weights/config.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace gotong::engine {
namespace {

ConfigReader reader(const std::string& json) {
    auto config = ConfigReader::parse(json, "part/config.json");
    REQUIRE(config);
    return *std::move(config);
}

std::string problem(const ConfigReader& config) {
    const auto done = config.finish();
    return done ? "none" : done.error().message;
}

TEST_CASE("values are read by type, and absent keys give the default") {
    ConfigReader config = reader(
        R"({"i": 7, "d": 0.5, "whole": 2, "b": true, "t": "x", "list": [1, 2], "texts": ["a"]})");
    CHECK(config.integer("i", 0, 0, 10) == 7);
    CHECK(config.number("d", 0, 0, 1) == 0.5);
    CHECK(config.number("whole", 0, 0, 3) == 2.0);
    CHECK(config.boolean("b", false));
    CHECK(config.text("t", "") == "x");
    CHECK(config.integer_list("list", {}, 4, 0, 9) == std::vector<int>{1, 2});
    CHECK(config.text_list("texts", {}) == std::vector<std::string>{"a"});
    CHECK(config.integer("absent", 42, 0, 100) == 42);
    CHECK(config.text_list("absent too", {"z"}) == std::vector<std::string>{"z"});
    CHECK(problem(config) == "none");
}

TEST_CASE("one number stands for every block, a list for each") {
    ConfigReader config = reader(R"({"one": 8, "each": [1, 2, 3], "short": [1, 2]})");
    CHECK(config.integers("one", 3, 0, 0, 9) == std::vector<int>{8, 8, 8});
    CHECK(config.integers("each", 3, 0, 0, 9) == std::vector<int>{1, 2, 3});
    CHECK(config.integers("absent", 2, 5, 0, 9) == std::vector<int>{5, 5});
    config.integers("short", 3, 0, 0, 9);
    CHECK(problem(config) == "part/config.json: \"short\" must be one whole number, or 3 of them");
}

TEST_CASE("a whole number out of range, of another type or too large for its type is an error") {
    for (const char* value : {"11", "-1", "7.0", "\"7\"", "null", "[7]", "true",
                              "18446744073709551615", "4294967303", "1e1"}) {
        INFO(value);
        ConfigReader config = reader(std::string(R"({"n": )") + value + "}");
        CHECK(config.integer("n", 3, 0, 10) == 3);
        CHECK(problem(config) == "part/config.json: \"n\" must be a whole number from 0 to 10");
        CHECK(config.finish().error().code == ErrorCode::invalid_argument);
    }
}

TEST_CASE("a number, a truth, a text or a list of another type is an error") {
    const auto broken = [](const auto& read) {
        ConfigReader config = reader(R"({"k": {"a": 1}})");
        read(config);
        return problem(config);
    };
    CHECK(broken([](ConfigReader& c) { c.number("k", 0, 0, 1); }) ==
          "part/config.json: \"k\" must be a number from 0.0 to 1.0");
    CHECK(broken([](ConfigReader& c) { c.boolean("k", false); }) ==
          "part/config.json: \"k\" must be true or false");
    CHECK(broken([](ConfigReader& c) { c.text("k", ""); }) ==
          "part/config.json: \"k\" must be a string");
    CHECK(broken([](ConfigReader& c) { c.text_list("k", {}); }) ==
          "part/config.json: \"k\" must be a list of strings");
    CHECK(broken([](ConfigReader& c) { c.integer_list("k", {}, 3, 0, 1); }) ==
          "part/config.json: \"k\" must be a list of 1 to 3 whole numbers");
}

TEST_CASE("lists are bounded in length and value") {
    ConfigReader longer = reader(R"({"k": [1, 2, 3]})");
    longer.integer_list("k", {}, 2, 0, 9);
    CHECK(problem(longer) == "part/config.json: \"k\" must be a list of 1 to 2 whole numbers");
    ConfigReader higher = reader(R"({"k": [1, 20]})");
    higher.integer_list("k", {}, 2, 0, 9);
    CHECK(problem(higher) == "part/config.json: \"k\" must hold whole numbers from 0 to 9");
    ConfigReader empty = reader(R"({"k": []})");
    empty.integer_list("k", {}, 2, 0, 9);
    CHECK(problem(empty) == "part/config.json: \"k\" must be a list of 1 to 2 whole numbers");
}

TEST_CASE("one number for every block is judged like any other number") {
    ConfigReader config = reader(R"({"k": {"not": "a number"}})");
    CHECK(config.integers("k", 3, 1, 0, 9) == std::vector<int>{1, 1, 1});
    CHECK(problem(config) == "part/config.json: \"k\" must be a whole number from 0 to 9");
}

TEST_CASE("an unknown key is named in one line, however long it is") {
    const ConfigReader config = reader("{\"" + std::string(100'000, 'k') + "\": 1}");
    CHECK(problem(config) ==
          "part/config.json: the engine does not know \"" + std::string(64, 'k') + "...\"");
}

TEST_CASE("a value that is not supported is unimplemented and says what is") {
    ConfigReader config = reader(R"({"kind": "other", "scale": 1, "off": null})");
    config.must_be("scale", 1.0);
    config.must_be("off", nullptr);
    config.must_be("absent", false);
    CHECK(problem(config) == "part/config.json: the engine does not know \"kind\"");
    config.must_be("kind", "default");
    CHECK(config.finish().error().code == ErrorCode::unimplemented);
    CHECK(problem(config) ==
          "part/config.json: \"kind\" has a value that is not supported: the engine knows only "
          "\"default\"");
}

TEST_CASE("a key that nobody asked for is unimplemented unless it is off, a remark or ignored") {
    ConfigReader config =
        reader(R"({"_remark": 1, "off": false, "none": null, "known": 1, "novel": 1})");
    config.ignore({"known"});
    CHECK(config.finish().error().code == ErrorCode::unimplemented);
    CHECK(problem(config) == "part/config.json: the engine does not know \"novel\"");
    config.ignore_rest();
    CHECK(problem(config) == "none");
}

TEST_CASE("the first problem is the one that is told") {
    ConfigReader config = reader(R"({"a": "x", "b": "y"})");
    config.integer("b", 0, 0, 1);
    config.integer("a", 0, 0, 1);
    CHECK(problem(config) == "part/config.json: \"b\" must be a whole number from 0 to 1");
}

TEST_CASE("what is no JSON object is refused by the file's name") {
    for (const char* text : {"", "[]", "{", R"({"a": 1, "a": 2})", "null"}) {
        INFO(text);
        const auto config = ConfigReader::parse(text, "part/config.json");
        REQUIRE_FALSE(config);
        CHECK(config.error().code == ErrorCode::invalid_argument);
        CHECK(config.error().message.starts_with("part/config.json: "));
    }
}

TEST_CASE("a config is read from its file, and a missing file is not found") {
    const test::TempDir folder;
    std::ofstream(folder / "config.json") << R"({"n": 1})";
    auto config = ConfigReader::open(folder / "config.json", "part/config.json");
    REQUIRE(config);
    CHECK(config->integer("n", 0, 0, 1) == 1);
    CHECK(ConfigReader::open(folder / "none.json", "x").error().code == ErrorCode::not_found);
}

}  // namespace
}  // namespace gotong::engine
