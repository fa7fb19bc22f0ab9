// The rules of the safetensors reader, one test a rule: each takes a sound file and breaks it in
// one way. The property test breaks it in any way and asks that nothing but an error comes of it.
#include "worker/engine/weights/safetensors.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace gotong::engine {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string little_endian(std::uint64_t value) {
    std::string bytes;
    for (unsigned i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
    return bytes;
}

// A file with this header and so many bytes of data, which count up from 0.
std::string file_of(const std::string& header, std::size_t data_bytes) {
    std::string file = little_endian(header.size()) + header;
    for (std::size_t i = 0; i < data_bytes; ++i) file.push_back(static_cast<char>(i));
    return file;
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets +
           "}";
}

// Tensors "a" (F32, 2x2) and "b" (F16, 3), 22 bytes.
const std::string kSoundHeader = R"({"__metadata__":{"format":"pt"},"a":)" +
                                 entry("F32", "[2,2]", "[0,16]") + R"(,"b":)" +
                                 entry("F16", "[3]", "[16,22]") + "}";
const std::string kSound = file_of(kSoundHeader, 22);

Result<TensorTable> parse(const std::string& file) { return parse_safetensors(as_bytes(file)); }

// The message of the error; a file that is accepted has none.
std::string refusal(const std::string& file) {
    const auto table = parse(file);
    if (table) return "accepted";
    CHECK(table.error().code == ErrorCode::invalid_argument);
    return table.error().message;
}

std::string refusal(const std::string& header, std::size_t data_bytes) {
    return refusal(file_of(header, data_bytes));
}

TEST_CASE("a sound file gives each tensor its type, shape and bytes") {
    const auto table = parse(kSound);
    REQUIRE(table);
    REQUIRE(table->size() == 2);
    const TensorEntry& a = table->at("a");
    CHECK(a.dtype == "F32");
    CHECK(a.shape == std::vector<std::int64_t>{2, 2});
    CHECK(a.bytes.size() == 16);
    CHECK(a.bytes[5] == 5);
    CHECK(table->at("b").bytes[0] == 16);
}

TEST_CASE("scalars, empty tensors, padding spaces and a file without tensors are sound") {
    CHECK(parse(file_of("{}", 0)));
    CHECK(parse(file_of("{}      ", 0)));
    CHECK(parse(file_of(R"({"s":)" + entry("F32", "[]", "[0,4]") + "}", 4)));
    CHECK(parse(file_of(R"({"e":)" + entry("F32", "[0,7]", "[0,0]") + R"(,"s":)" +
                            entry("I64", "[1]", "[0,8]") + R"(,"z":)" +
                            entry("U8", "[0]", "[8,8]") + "}",
                        8)));
}

TEST_CASE("a file too short for its header's length is refused") {
    CHECK_THAT(refusal(""), ContainsSubstring("shorter than the 8 bytes"));
    CHECK_THAT(refusal(std::string(7, '\0')), ContainsSubstring("shorter than the 8 bytes"));
}

TEST_CASE("a header that reaches beyond the file is refused") {
    CHECK_THAT(refusal(little_endian(3) + "{}"), ContainsSubstring("beyond the file's end"));
    CHECK_THAT(refusal(kSound.substr(0, 40)), ContainsSubstring("beyond the file's end"));
}

TEST_CASE("a header longer than the limit is refused before it is read") {
    CHECK_THAT(refusal(little_endian(kMaxHeaderBytes + 1) + "{}"), ContainsSubstring("the limit"));
    CHECK_THAT(refusal(little_endian(~std::uint64_t{0}) + "{}"), ContainsSubstring("the limit"));
    CHECK_THAT(refusal(little_endian(~std::uint64_t{0} - 7) + "{}"),
               ContainsSubstring("the limit"));
}

TEST_CASE("a header that does not begin with a brace is refused") {
    CHECK_THAT(refusal(" {}", 0), ContainsSubstring("does not start with '{'"));
    CHECK_THAT(refusal("", 0), ContainsSubstring("does not start with '{'"));
    CHECK_THAT(refusal("[]", 0), ContainsSubstring("does not start with '{'"));
}

TEST_CASE("a header that is not JSON in UTF-8 is refused") {
    CHECK_THAT(refusal("{", 0), ContainsSubstring("header"));
    CHECK_THAT(refusal("{}}", 0), ContainsSubstring("header"));
    CHECK_THAT(refusal("{\"\xff\":1}", 0), ContainsSubstring("header"));
    CHECK_THAT(refusal(R"({"a":)" + std::string(100, '[') + "}", 0), ContainsSubstring("header"));
}

TEST_CASE("the same tensor twice is refused") {
    const std::string twice =
        R"({"a":)" + entry("U8", "[1]", "[0,1]") + R"(,"a":)" + entry("U8", "[1]", "[1,2]") + "}";
    CHECK_THAT(refusal(twice, 2), ContainsSubstring("twice"));
}

TEST_CASE("a type that the format does not have is refused by the tensor's name") {
    for (const char* dtype : {"F33", "f32", "", "FLOAT"}) {
        INFO(dtype);
        CHECK_THAT(refusal(R"({"x.y":)" + entry(dtype, "[1]", "[0,4]") + "}", 4),
                   ContainsSubstring("tensor \"x.y\": unknown dtype"));
    }
}

TEST_CASE("a name cannot send control characters to whoever reads the message") {
    const std::string message = refusal(R"({"\u001b[2J":)" + entry("F33", "[1]", "[0,4]") + "}", 4);
    CHECK_THAT(message, ContainsSubstring("unknown dtype"));
    CHECK(message.find('\x1b') == std::string::npos);
}

TEST_CASE("a shape that is no list of whole numbers is refused") {
    for (const char* shape : {"4", "[-4]", "[4.0]", "[\"4\"]", "[[4]]", "[null]", "{}",
                              "[18446744073709551615]", "[9223372036854775808]"}) {
        INFO(shape);
        const std::string message = refusal(R"({"a":)" + entry("U8", shape, "[0,4]") + "}", 4);
        CHECK(message != "accepted");
    }
}

TEST_CASE("a tensor of more than eight dimensions is refused") {
    const std::string eight = "[1,1,1,1,1,1,1,1]";
    CHECK(parse(file_of(R"({"a":)" + entry("U8", eight, "[0,1]") + "}", 1)));
    CHECK_THAT(refusal(R"({"a":)" + entry("U8", "[1," + eight.substr(1), "[0,1]") + "}", 1),
               ContainsSubstring("more than 8 dimensions"));
}

TEST_CASE("a shape whose size overflows is refused") {
    for (const char* shape : {"[9223372036854775807,3]", "[4294967296,4294967296]",
                              "[4294967296,2147483648,4]", "[9223372036854775807]"}) {
        INFO(shape);
        CHECK_THAT(refusal(R"({"a":)" + entry("F32", shape, "[0,4]") + "}", 4),
                   ContainsSubstring("overflows"));
    }
}

TEST_CASE("a tensor that does not fill whole bytes is refused") {
    CHECK(parse(file_of(R"({"a":)" + entry("F4", "[2]", "[0,1]") + "}", 1)));
    CHECK_THAT(refusal(R"({"a":)" + entry("F4", "[3]", "[0,1]") + "}", 1),
               ContainsSubstring("whole bytes"));
}

TEST_CASE("a tensor whose shape and bytes disagree is refused") {
    CHECK_THAT(refusal(R"({"a":)" + entry("F32", "[2]", "[0,4]") + "}", 4),
               ContainsSubstring("needs 8 bytes and it has 4"));
}

TEST_CASE("offsets that are no pair within the data are refused") {
    for (const char* offsets : {"[0]", "[0,4,4]", "4", "[-1,3]", "[0.0,4.0]", "[0,5]", "[4,0]",
                                "[18446744073709551612,18446744073709551615]", "[\"0\",\"4\"]"}) {
        INFO(offsets);
        CHECK(refusal(R"({"a":)" + entry("F32", "[1]", offsets) + "}", 4) != "accepted");
    }
}

TEST_CASE("a hole between tensors is refused") {
    const std::string hole =
        R"({"a":)" + entry("U8", "[1]", "[0,1]") + R"(,"b":)" + entry("U8", "[1]", "[2,3]") + "}";
    CHECK_THAT(refusal(hole, 3), ContainsSubstring("hole"));
    CHECK_THAT(refusal(R"({"a":)" + entry("U8", "[1]", "[1,2]") + "}", 2),
               ContainsSubstring("hole"));
}

TEST_CASE("tensors that overlap are refused") {
    const std::string overlap =
        R"({"a":)" + entry("U8", "[2]", "[0,2]") + R"(,"b":)" + entry("U8", "[2]", "[1,3]") + "}";
    CHECK_THAT(refusal(overlap, 3), ContainsSubstring("overlaps"));
    const std::string same =
        R"({"a":)" + entry("U8", "[2]", "[0,2]") + R"(,"b":)" + entry("U8", "[2]", "[0,2]") + "}";
    CHECK_THAT(refusal(same, 2), ContainsSubstring("overlaps"));
}

TEST_CASE("bytes after the last tensor are refused") {
    CHECK_THAT(refusal(kSound + "x"), ContainsSubstring("after the last tensor"));
    CHECK_THAT(refusal("{}", 1), ContainsSubstring("after the last tensor"));
}

TEST_CASE("an entry with other keys than the format's is refused") {
    for (const char* body : {"1", "[]", "{}", R"({"dtype":"U8","shape":[1]})",
                             R"({"dtype":"U8","shape":[1],"data_offsets":[0,1],"extra":0})",
                             R"({"dtype":"U8","shape":[1],"offsets":[0,1]})"}) {
        INFO(body);
        CHECK_THAT(refusal(std::string(R"({"a":)") + body + "}", 1),
                   ContainsSubstring("exactly dtype, shape and data_offsets"));
    }
}

TEST_CASE("metadata that is no object of strings is refused") {
    CHECK_THAT(refusal(R"({"__metadata__":[]})", 0), ContainsSubstring("__metadata__"));
    CHECK_THAT(refusal(R"({"__metadata__":{"a":1}})", 0), ContainsSubstring("__metadata__"));
    CHECK_THAT(refusal(R"({"__metadata__":{"a":{"b":"c"}}})", 0),
               ContainsSubstring("__metadata__"));
}

TEST_CASE("a name longer than 256 bytes is refused") {
    const auto named = [](std::size_t length) {
        return R"({")" + std::string(length, 'n') + R"(":)" + entry("U8", "[1]", "[0,1]") + "}";
    };
    CHECK(parse(file_of(named(256), 1)));
    CHECK_THAT(refusal(named(257), 1), ContainsSubstring("name is too long"));
}

TEST_CASE("more tensors than the limit are refused") {
    std::string header = "{";
    for (std::size_t i = 0; i <= kMaxTensors; ++i) {
        header += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":" + entry("U8", "[0]", "[0,0]");
    }
    CHECK_THAT(refusal(header + "}", 0), ContainsSubstring("more than 20000 tensors"));
}

// Every accepted mutation must be a file that keeps the rules: its tensors tile the data.
bool tiles_its_data(const TensorTable& table, const std::string& file) {
    std::size_t bytes = 0;
    for (const auto& [name, tensor] : table) {
        const std::string_view seen = as_text(tensor.bytes);
        if (seen.data() < file.data() || seen.data() + seen.size() > file.data() + file.size()) {
            return false;
        }
        bytes += seen.size();
    }
    return bytes <= file.size();
}

TEST_CASE("whatever happens to a file's bytes, it loads within its bounds or is refused") {
    CHECK(rc::check([] {
        std::string file = kSound;
        const int edits = *rc::gen::inRange(1, 6);
        for (int i = 0; i < edits && !file.empty(); ++i) {
            const auto at = *rc::gen::inRange<std::size_t>(0, file.size());
            const int kind = *rc::gen::inRange(0, 4);
            const char value = *rc::gen::arbitrary<char>();
            if (kind == 0) file[at] = value;
            if (kind == 1) file.erase(at, 1);
            if (kind == 2) file.insert(at, 1, value);
            if (kind == 3) file.resize(at);
        }
        const auto table = parse(file);
        const bool sound = !table || tiles_its_data(*table, file);
        RC_ASSERT(sound);
    }));
}

TEST_CASE("digits changed anywhere in a header never make a tensor larger than its file") {
    CHECK(rc::check([] {
        std::string header = kSoundHeader;
        const auto at =
            *rc::gen::suchThat(rc::gen::inRange<std::size_t>(0, header.size()),
                               [&](std::size_t i) { return header[i] >= '0' && header[i] <= '9'; });
        header.replace(at, 1, std::to_string(*rc::gen::arbitrary<std::uint64_t>()));
        const std::string file = file_of(header, 22);
        const auto table = parse(file);
        const bool sound = !table || tiles_its_data(*table, file);
        RC_ASSERT(sound);
    }));
}

TEST_CASE("a file is opened by path, and its errors name the path") {
    const test::TempDir folder;
    const auto path = folder / "weights.safetensors";
    std::ofstream(path, std::ios::binary) << kSound;
    const auto file = SafetensorsFile::open(path);
    REQUIRE(file);
    CHECK(file->tensors().at("b").bytes.size() == 6);

    std::ofstream(path, std::ios::binary) << kSound.substr(0, kSound.size() - 1);
    const auto cut = SafetensorsFile::open(path);
    REQUIRE_FALSE(cut);
    CHECK_THAT(cut.error().message,
               ContainsSubstring(path.string()) && ContainsSubstring("tensor \"b\""));
}

}  // namespace
}  // namespace gotong::engine
