// The index of sharded weights: what a sound one says, and what a hostile one may not.
#include "common/model/shard_index.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace gotong::model {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string index_with(const std::string& map) {
    return R"({"metadata": {"total_size": 8}, "weight_map": )" + map + "}";
}

std::string refusal(const std::string& map) {
    const auto refused = parse_shard_index(index_with(map));
    INFO(map);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    return refused.error().message;
}

TEST_CASE("an index names the file of each tensor, and each file once") {
    const auto index = parse_shard_index(
        index_with(R"({"b": "m-2.safetensors", "a": "m-1.safetensors", "c": "m-1.safetensors"})"));
    REQUIRE(index);
    CHECK(index->files == std::vector<std::string>{"m-1.safetensors", "m-2.safetensors"});
    CHECK(index->file_of.at("c") == "m-1.safetensors");
}

TEST_CASE("a file anywhere but beside the index is refused") {
    for (const char* file :
         {"../m.safetensors", "/etc/m.safetensors", "a/m.safetensors", "a\\\\m.safetensors", "..",
          ".safetensors", "", "m.bin", "m.safetensors ", "C:m.safetensors"}) {
        CHECK_THAT(refusal(R"({"tensor": ")" + std::string(file) + "\"}"),
                   ContainsSubstring("\"tensor\"") && ContainsSubstring("beside"));
    }
    CHECK_THAT(refusal(R"({"tensor": 1})"), ContainsSubstring("\"tensor\""));
}

TEST_CASE("a tensor that is listed twice is refused") {
    CHECK_THAT(refusal(R"({"a": "m-1.safetensors", "a": "m-2.safetensors"})"),
               ContainsSubstring("a"));
}

TEST_CASE("the limits are named") {
    CHECK_THAT(refusal("{}"), ContainsSubstring("1 to 20000"));
    CHECK_THAT(refusal("{\"" + std::string(257, 'x') + R"(": "m.safetensors"})"),
               ContainsSubstring("256"));
    std::string many = "{";
    for (int i = 0; i < 65; ++i) {
        const std::string n = std::to_string(i);
        many += (i == 0 ? "\"" : ",\"") + n + "\": \"m" + n + ".safetensors\"";
    }
    CHECK_THAT(refusal(many + "}"), ContainsSubstring("65") && ContainsSubstring("64"));
}

TEST_CASE("what is no index is refused") {
    for (const char* text : {"", "[]", "{}", R"({"weight_map": []})", R"({"weight_map": {)"}) {
        INFO(text);
        CHECK(parse_shard_index(text).error().code == ErrorCode::invalid_argument);
    }
}

}  // namespace
}  // namespace gotong::model
