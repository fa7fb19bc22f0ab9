// Manifests: their digest as any shell computes it, and what is refused from a peer.
#include "common/model/manifest.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "common/crypto/sha256.h"

namespace gotong::model {
namespace {

ModelManifest sample() {
    return {"emoji",
            "sd1",
            {{"model_index.json", 3, crypto::sha256(as_bytes("abc"))},
             {"unet/config.json", 0, crypto::sha256({})}},
            "OFL-1.1",
            128,
            128,
            32,
            512,
            512};
}

TEST_CASE("a manifest's digest is that of its sorted sha256sum lines") {
    // printf '%s  %s\n' ba78...15ad model_index.json e3b0...b855 unet/config.json |
    //     LC_ALL=C sort | sha256sum
    CHECK(crypto::to_hex(digest(sample())) ==
          "9151776067a3565210124d783777e9b96d40167808b49f945d462fbddf3d737d");
}

TEST_CASE("the digest does not depend on name, licence or order, and depends on every file") {
    ModelManifest other = sample();
    other.name = "renamed";
    other.licence = "another";
    std::swap(other.files[0], other.files[1]);
    CHECK(digest(other) == digest(sample()));
    other.files[0].path = "unet/other.json";
    CHECK(digest(other) != digest(sample()));
    other = sample();
    other.files[1].sha256[0] = 0;
    CHECK(digest(other) != digest(sample()));
}

TEST_CASE("a manifest is read as it was written") {
    CHECK(manifest_from_json(to_json(sample())) == sample());
}

TEST_CASE("paths that could leave the folder are refused") {
    for (const char* path : {"a", "unet/config.json", "a/b/c.safetensors", "A-1_x.bin"}) {
        CHECK(is_model_path(path));
    }
    for (const char* path : {"", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", ".hidden", "a/.b",
                             "-rf", "a b", "a\\b", "a:b", "~/a", "a\n"}) {
        INFO(path);
        CHECK_FALSE(is_model_path(path));
        auto json = nlohmann::json::parse(to_json(sample()));
        json["files"][0]["path"] = path;
        CHECK_FALSE(manifest_from_json(json.dump()));
    }
    CHECK_FALSE(is_model_path(std::string(256, 'a')));
}

TEST_CASE("a manifest from a peer must make sense") {
    const auto refuses = [](const char* key, const nlohmann::json& value) {
        auto json = nlohmann::json::parse(to_json(sample()));
        json[key] = value;
        return !manifest_from_json(json.dump());
    };
    CHECK_FALSE(refuses("name", "fine"));
    CHECK(refuses("name", "../evil"));
    CHECK(refuses("family", ""));
    CHECK(refuses("licence", std::string(201, 'x')));
    CHECK(refuses("files", nlohmann::json::array()));
    CHECK(refuses("sizeMultiple", 0));
    CHECK(refuses("defaultWidth", 100));
    CHECK(refuses("defaultHeight", 1024));
    CHECK(refuses("maxWidth", "512"));
}

TEST_CASE("the same file twice, or files out of order, are refused") {
    auto json = nlohmann::json::parse(to_json(sample()));
    std::swap(json["files"][0], json["files"][1]);
    CHECK_FALSE(manifest_from_json(json.dump()));
    json["files"][0] = json["files"][1];
    CHECK_FALSE(manifest_from_json(json.dump()));
}

}  // namespace
}  // namespace gotong::model
