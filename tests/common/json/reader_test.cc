// Reading fields: the first wrong one is named with its path, and what comes after it is not read.
#include "common/json/reader.h"

#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <string>

namespace gotong::json {
namespace {

using nlohmann::json;

// What reading one field of {"f": value} finds wrong; empty when nothing.
template <class Read>
std::string complaint(const json& value, Read read) {
    const json document{{"f", value}};
    std::optional<Error> wrong;
    Reader reader(document, wrong);
    read(reader);
    return wrong ? wrong->message : "";
}

TEST_CASE("fields of the right kind are read") {
    const json document = json::parse(R"({
        "text": "x", "u32": 7, "u64": "18446744073709551615", "decimal": "-0.25",
        "list": ["a", "b"], "inner": {"time": "2026-11-23T23:30:00.125Z"}})");
    std::optional<Error> wrong;
    Reader reader(document, wrong);
    CHECK(reader.text("text") == "x");
    CHECK(reader.u32("u32") == 7);
    CHECK(reader.u64_text("u64") == 18446744073709551615U);
    CHECK(reader.decimal_text("decimal") == -0.25);
    CHECK(reader.texts("list", 2).size() == 2);
    CHECK(reader.object("inner").time("time").time_since_epoch().count() == 1795476600125);
    CHECK_FALSE(wrong);
}

TEST_CASE("the first wrong field is named with its path, and later ones do not replace it") {
    const json document{{"job", {{"attempt", "one"}, {"id", 3}}}};
    std::optional<Error> wrong;
    Reader reader(document, wrong);
    Reader job = reader.object("job");
    CHECK(job.u32("attempt") == 0);
    CHECK(job.text("id").empty());
    CHECK(reader.text("absent").empty());
    REQUIRE(wrong);
    CHECK(wrong->field == "job.attempt");
    CHECK(wrong->message == "job.attempt must be a whole number");
}

TEST_CASE("an element of a list is named by its place") {
    const json document{{"models", {{{"name", "a"}}, {{"name", 2}}}}};
    std::optional<Error> wrong;
    Reader reader(document, wrong);
    for (Reader& model : reader.objects("models", 5)) model.text("name");
    REQUIRE(wrong);
    CHECK(wrong->field == "models[1].name");
}

TEST_CASE("a 64-bit number is a string of digits in its shortest form") {
    const auto read = [](Reader& reader) { reader.u64_text("f"); };
    CHECK(complaint("0", read).empty());
    for (const char* text : {"", "-1", "+1", "01", "1.0", "1e3", " 1", "18446744073709551616"}) {
        INFO(text);
        CHECK_FALSE(complaint(text, read).empty());
    }
    CHECK_FALSE(complaint(1, read).empty());
}

TEST_CASE("a decimal has digits on both sides of its point and no exponent") {
    const auto read = [](Reader& reader) { reader.decimal_text("f"); };
    for (const char* text : {"7", "7.5", "0.1", "-12.25"}) CHECK(complaint(text, read).empty());
    for (const char* text : {"", "-", ".5", "5.", "1e3", "nan", "inf", "007", "1.2.3", "0x1"}) {
        INFO(text);
        CHECK_FALSE(complaint(text, read).empty());
    }
}

TEST_CASE("numbers that do not fit, lists that are too long and mixed lists are refused") {
    CHECK_FALSE(complaint(4294967296, [](Reader& reader) { reader.u32("f"); }).empty());
    CHECK_FALSE(complaint(-1, [](Reader& reader) { reader.u32("f"); }).empty());
    CHECK_FALSE(complaint(1.0, [](Reader& reader) { reader.u32("f"); }).empty());
    const auto two_texts = [](Reader& reader) { reader.texts("f", 2); };
    CHECK_FALSE(complaint({"a", "b", "c"}, two_texts).empty());
    CHECK_FALSE(complaint({"a", 1}, two_texts).empty());
    CHECK_FALSE(complaint({1, 2}, [](Reader& reader) { reader.objects("f", 2); }).empty());
}

TEST_CASE("a document that is no object has no fields") {
    const json document = json::array({1, 2});
    std::optional<Error> wrong;
    Reader reader(document, wrong);
    CHECK_FALSE(reader.has("f"));
    CHECK(reader.text("f").empty());
    REQUIRE(wrong);
    CHECK(wrong->message == "the text must be an object");
}

TEST_CASE("a stranger's key is shown, in part and without its control characters") {
    const nlohmann::json document{{"\n" + std::string(30'000, 'k'), 1}};
    std::optional<Error> wrong;
    Reader(document, wrong).allow_only({});
    REQUIRE(wrong);
    CHECK(wrong->message == "\\u{a}" + std::string(63, 'k') + "... is an unknown key");
}

}  // namespace
}  // namespace gotong::json
