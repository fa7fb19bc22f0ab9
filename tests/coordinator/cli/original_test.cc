// Files of the user's disk as pictures to begin with: each one that cannot work is refused by its
// option's name, before anything is sent.
#include "coordinator/cli/original.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/crypto/sha256.h"
#include "common/picture/format.h"
#include "coordinator/cli/job_view.h"
#include "tests/support/picture/samples.h"
#include "tests/support/temp_dir.h"

namespace gotong::cli {
namespace {

namespace samples = picture::test;

class Disk {
  public:
    std::string write(const std::string& name, const std::string& bytes) const {
        const auto path = folder_ / name;
        std::ofstream{path, std::ios::binary} << bytes;
        return path.string();
    }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }

  private:
    test::TempDir folder_;
};

std::string png(std::uint32_t width, std::uint32_t height) {
    return samples::rgb_png(samples::pattern({width, height}));
}

std::string bytes_of(const Digest& digest) { return std::string{as_text(digest)}; }

struct Refusal {
    std::string field;
    std::string message;
};

Refusal refusal_of(const OriginalOptions& options) {
    v1::RenderSpec spec;
    const auto read = read_original(options, spec);
    return read ? Refusal{} : Refusal{read.error().field, read.error().message};
}

TEST_CASE("picture, mask and strength are named in the request, and their bytes kept") {
    const Disk disk;
    const std::string picture = samples::jpeg(samples::pattern({8, 6}));
    const std::string mask = png(8, 6);
    v1::RenderSpec spec;
    const auto files = read_original({.from = disk.write("photo.jpg", picture),
                                      .mask = disk.write("mask.png", mask),
                                      .strength = "0.6",
                                      .strength_rule = "diffusers"},
                                     spec);
    REQUIRE(files);
    REQUIRE(files->size() == 2);
    CHECK(files->at(0).bytes == picture);
    CHECK(files->at(1).bytes == mask);
    CHECK(spec.original().picture_sha256() == bytes_of(crypto::sha256(as_bytes(picture))));
    CHECK(spec.original().mask_sha256() == bytes_of(crypto::sha256(as_bytes(mask))));
    CHECK(spec.original().strength() == 0.6);
    CHECK(spec.original().strength_rule() == "diffusers");
    const auto json = original_json(spec);
    CHECK(json["picture_sha256"] == crypto::to_hex(files->at(0).sha256));
    CHECK(json["mask_sha256"] == crypto::to_hex(files->at(1).sha256));
}

TEST_CASE("without words the strength is three quarters as A1111 counts") {
    const Disk disk;
    v1::RenderSpec spec;
    REQUIRE(read_original({.from = disk.write("photo.png", png(8, 8))}, spec));
    CHECK(spec.original().strength() == 0.75);
    CHECK(spec.original().strength_rule() == "a1111");
    CHECK_FALSE(original_json(spec).contains("mask_sha256"));
    spec.set_steps(20);
    CHECK(steps_made(spec) == 16);
}

TEST_CASE("a picture from noise alone names no original") {
    v1::RenderSpec spec;
    spec.set_steps(20);
    CHECK(read_original({}, spec).value().empty());
    CHECK_FALSE(spec.has_original());
    CHECK(original_json(spec).is_null());
    CHECK(steps_made(spec) == 20);
}

TEST_CASE("a file that cannot be begun with is refused with the option and the file") {
    const Disk disk;
    const std::string sound = disk.write("sound.png", png(8, 8));
    const std::string whole = png(64, 64);
    const std::vector<std::pair<std::string, std::string>> bad{
        {disk.path("missing.png"), "there is no file"},
        {disk.write("text.png", "hello"), "no PNG, JPEG or WebP"},
        {disk.write("empty.png", ""), "no PNG, JPEG or WebP"},
        {disk.write("cut.png", whole.substr(0, whole.size() / 2)), "refused"},
        {disk.write("huge.png", whole + std::string(picture::kMaxFileBytes, 'x')), "16 MiB"},
        {disk.path("."), "."}};
    for (const auto& [path, words] : bad) {
        INFO(path);
        const Refusal picture = refusal_of({.from = path});
        CHECK(picture.field == "from");
        CHECK(picture.message.starts_with("from: "));
        CHECK(picture.message.find(words) != std::string::npos);
        CHECK(refusal_of({.from = sound, .mask = path}).field == "mask");
    }
}

TEST_CASE("a mask must have its picture's size") {
    const Disk disk;
    const Refusal refused = refusal_of(
        {.from = disk.write("a.png", png(8, 6)), .mask = disk.write("b.png", png(6, 8))});
    CHECK(refused.field == "mask");
    CHECK(refused.message.find("is 6x8") != std::string::npos);
    CHECK(refused.message.ends_with("8x6"));
}

TEST_CASE("a strength that cannot be is refused with the nearest that can") {
    const Disk disk;
    const std::string from = disk.write("a.png", png(8, 8));
    for (const char* text : {"much", "0,5", "-0.1", "1.1", "nan"})
        CHECK(refusal_of({.from = from, .strength = text}).field == "strength");
    CHECK(refusal_of({.from = from, .strength = "0", .strength_rule = "diffusers"}).field ==
          "strength");
    CHECK(refusal_of({.from = from, .strength = "0"}).field.empty());  // One step of A1111's.
    CHECK(refusal_of({.from = from, .strength_rule = "comfy"}).field == "strength-rule");
}

TEST_CASE("what a job of other proportions leaves out is said") {
    CHECK(cut_away({640, 480}, 512, 384).empty());
    CHECK(cut_away({640, 480}, 512, 512).starts_with("The picture to begin with is 640x480, the"));
}

TEST_CASE("what belongs to a picture to begin with asks for one") {
    CHECK(refusal_of({.mask = "m.png"}).field == "mask");
    CHECK(refusal_of({.strength = "0.5"}).field == "strength");
    CHECK(refusal_of({.strength_rule = "a1111"}).message.find("--from") != std::string::npos);
}

}  // namespace
}  // namespace gotong::cli
