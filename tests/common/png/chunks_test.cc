// The PNG container: a sound file is walked, and each rule's breach is refused. The sample was made
// by Pillow, not by us.
#include "common/png/chunks.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "common/png/crc32.h"

namespace gotong::png {
namespace {

// A red, a green, a blue and a dark pixel.
constexpr std::string_view kPillow{
    "\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52"
    "\x00\x00\x00\x02\x00\x00\x00\x02\x08\x02\x00\x00\x00\xfd\xd4\x9a"
    "\x73\x00\x00\x00\x16\x49\x44\x41\x54\x78\x9c\x63\xf8\xcf\xc0\xc0"
    "\xf0\x9f\x81\x81\x81\xe1\x3f\x27\x07\x3b\x00\x1a\x26\x03\x16\x5c"
    "\x56\xfb\xd8\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82",
    79};

std::string header() { return make_chunk("IHDR", std::string("\0\0\0\2\0\0\0\1\x08\2\0\0\0", 13)); }
std::string data() { return make_chunk("IDAT", "not looked into"); }
std::string end() { return make_chunk("IEND", ""); }
std::string file_of(const std::string& chunks) { return "\x89PNG\r\n\x1a\n" + chunks; }

TEST_CASE("a PNG of another program is walked to its end") {
    const auto chunks = walk(kPillow);
    REQUIRE(chunks);
    REQUIRE(chunks->size() == 3);
    CHECK(chunks->at(0).type == "IHDR");
    CHECK(chunks->at(1).type == "IDAT");
    CHECK(chunks->at(2).type == "IEND");
    CHECK(chunks->at(2).end() == kPillow.size());
}

TEST_CASE("a chunk that we make is the one that another program makes") {
    CHECK(crc32("123456789") == 0xcbf43926U);  // CRC-32's published check value.
    CHECK(kPillow.ends_with(end()));
}

TEST_CASE("a file built of sound chunks is walked, with what else it holds") {
    const std::string file = file_of(header() + make_chunk("teXt", "?") + data() + data() +
                                     make_chunk("tIME", "x") + end());
    const auto chunks = walk(file);
    REQUIRE(chunks);
    CHECK(chunks->size() == 6);
}

TEST_CASE("each rule of the container is kept") {
    const std::string unsound[] = {
        "",
        "\x89PNG",
        file_of(""),
        file_of(data() + end()),                                               // No IHDR.
        file_of(header() + header() + data() + end()),                         // Two.
        file_of(make_chunk("IHDR", "short") + data() + end()),                 // Of another size.
        file_of(header() + end()),                                             // No picture.
        file_of(header() + data() + make_chunk("tIME", "") + data() + end()),  // IDAT torn apart.
        file_of(header() + data()),                                            // No end.
        file_of(header() + data() + make_chunk("IEND", "x")),  // IEND that is not empty.
        file_of(header() + data() + end() + "x"),              // Bytes after it.
        file_of(header() + data() + end() + end()),
        file_of(header() + make_chunk("NEWS", "") + data() + end()),  // Unknown and critical.
        file_of(header() + make_chunk("te1t", "") + data() + end()),  // No letters.
        file_of(header() + make_chunk("text", "") + data() + end()),  // Reserved bit.
        "\x89PNG\n\x1a\n" + header() + data() + end(),
    };
    for (const std::string& file : unsound) {
        CHECK_FALSE(walk(file));
    }
}

TEST_CASE("no bit of a file can be another while the checksums stay") {
    for (std::size_t bit = 0; bit < 8 * kPillow.size(); ++bit) {
        std::string file(kPillow);
        file[bit / 8] = static_cast<char>(file[bit / 8] ^ (1 << (bit % 8)));
        CHECK_FALSE(walk(file));
    }
}

TEST_CASE("no file that was cut short is accepted") {
    for (std::size_t size = 0; size < kPillow.size(); ++size) {
        CHECK_FALSE(walk(kPillow.substr(0, size)));
    }
}

TEST_CASE("a chunk count above the limit is refused") {
    std::string chunks = header() + data();
    const std::string small = make_chunk("tIME", "");
    for (std::size_t i = 0; i + 2 < kMaxChunks; ++i) chunks += small;
    CHECK_FALSE(walk(file_of(chunks + end())));
}

TEST_CASE("walking never reads past the file, whatever lengths its chunks claim") {
    CHECK(rc::check([] {
        std::string file = file_of("");
        const auto count = *rc::gen::inRange(0, 6);
        for (int i = 0; i < count; ++i) {
            std::string chunk =
                *rc::gen::element(header(), data(), end(), make_chunk("tIME", "abc"));
            if (*rc::gen::inRange(0, 4) == 0) {
                const auto at = *rc::gen::inRange<std::size_t>(0, chunk.size());
                chunk[at] = *rc::gen::arbitrary<char>();
            }
            file += chunk;
        }
        const auto chunks = walk(file);
        if (!chunks) return;
        // What was accepted, put together again, is the file.
        std::string again = file_of("");
        for (const Chunk& chunk : *chunks) again += make_chunk(chunk.type, chunk.data);
        RC_ASSERT(again == file);
    }));
}

}  // namespace
}  // namespace gotong::png
