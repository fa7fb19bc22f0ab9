// What the pool is told of where models are.
#include "worker/daemon/places.h"

#include <catch2/catch_test_macros.hpp>

#include "common/crypto/digest.h"
#include "common/model/manifest.h"

namespace gotong::daemon {
namespace {

using namespace std::chrono_literals;

models::LocalModel model(const std::string& name) {
    models::LocalModel local;
    local.folder = "/models/" + name;
    local.manifest.name = name;
    local.manifest.files = {{.path = name + ".safetensors", .size = 5, .sha256 = {}}};
    return local;
}

TEST_CASE("a model is on disk until it is loaded, and what loading took is remembered after") {
    const models::LocalModel emoji = model("emoji");
    Places places{{emoji, model("landscape")}};
    const auto at_start = places.now({});
    REQUIRE(at_start.size() == 2);
    CHECK(at_start[0] == worker::ModelPlace{.digest = crypto::to_hex(model::digest(emoji.manifest)),
                                            .loaded = false,
                                            .load = 0ms});
    const auto loaded = places.now({{.folder = "/models/emoji", .load = 300ms}});
    CHECK(loaded[0].loaded);
    CHECK(loaded[0].load == 300ms);
    CHECK_FALSE(loaded[1].loaded);
    const auto given_up = places.now({{.folder = "/models/landscape", .load = 9s}});
    CHECK_FALSE(given_up[0].loaded);
    CHECK(given_up[0].load == 300ms);
    CHECK(given_up[1].loaded);
}

}  // namespace
}  // namespace gotong::daemon
