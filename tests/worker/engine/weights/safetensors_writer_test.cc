// What the writer writes, read back by the engine's strict reader.
#include "worker/engine/weights/safetensors_writer.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstring>

#include "worker/engine/weights/safetensors.h"

namespace gotong::engine {
namespace {

TEST_CASE("tensors are read back with their type, shape and values") {
    SafetensorsWriter writer;
    const std::array<std::int64_t, 2> shape{1, 3};
    const std::array<float, 3> floats{1.5F, -0.0F, 3e-38F};
    const std::array<std::int64_t, 3> ids{49406, -1, 7};
    writer.add("latents_0", shape, floats);
    writer.add("ids", shape, ids);

    const std::string bytes = writer.bytes();
    const auto tensors = parse_safetensors(as_bytes(bytes));
    REQUIRE(tensors);
    REQUIRE(tensors->size() == 2);
    const auto& latents = tensors->at("latents_0");
    CHECK(latents.dtype == "F32");
    CHECK(latents.shape == std::vector<std::int64_t>{1, 3});
    REQUIRE(latents.bytes.size() == sizeof floats);
    CHECK(std::memcmp(latents.bytes.data(), floats.data(), sizeof floats) == 0);
    const auto& read_ids = tensors->at("ids");
    CHECK(read_ids.dtype == "I64");
    CHECK(std::memcmp(read_ids.bytes.data(), ids.data(), sizeof ids) == 0);
}

TEST_CASE("the data begins at a multiple of eight bytes") {
    for (const char* name : {"a", "ab", "abc", "abcd", "abcdefgh"}) {
        SafetensorsWriter writer;
        writer.add(name, std::array<std::int64_t, 1>{1}, std::array<float, 1>{0});
        const std::string bytes = writer.bytes();
        CHECK((bytes.size() - sizeof(float)) % 8 == 0);
        CHECK(parse_safetensors(as_bytes(bytes)));
    }
}

TEST_CASE("a folder that is not there is an error that names the path") {
    const auto written = SafetensorsWriter{}.write("/nowhere/at/all.safetensors");
    REQUIRE_FALSE(written);
    CHECK(written.error().message.find("/nowhere/at/all.safetensors") != std::string::npos);
}

}  // namespace
}  // namespace gotong::engine
