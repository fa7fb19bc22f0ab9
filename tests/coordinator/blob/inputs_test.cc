// Uploads on disk: apart by account, whole or not there.
#include "coordinator/blob/inputs.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "common/crypto/sha256.h"
#include "common/picture/format.h"
#include "tests/support/temp_dir.h"

namespace gotong::blob {
namespace {

const std::string kBytes(5000, 'p');

InputName name_of(std::uint8_t account, const std::string& bytes = kBytes) {
    InputName name{.account = {}, .sha256 = crypto::sha256(as_bytes(bytes))};
    name.account.bytes.fill(account);
    return name;
}

struct Stage {
    test::TempDir folder;
    std::unique_ptr<Inputs> inputs = Inputs::open_folder(folder / "inputs").value();

    Result<Added> put(const InputName& name, const std::string& bytes = kBytes) const {
        const auto writer = inputs->begin(name, bytes.size());
        if (!writer) return Failure{writer.error()};
        if (auto written = (*writer)->write(as_bytes(bytes)); !written) {
            return Failure{written.error()};
        }
        return (*writer)->finish();
    }
    bool is_tidy() const { return std::filesystem::is_empty(folder / "inputs" / "tmp"); }
};

TEST_CASE("an upload is given back as it came") {
    const Stage stage;
    CHECK(stage.put(name_of(1)) == Added::created);
    CHECK(stage.put(name_of(1)) == Added::existed);
    CHECK(stage.inputs->size(name_of(1)) == kBytes.size());
    const auto reader = stage.inputs->open(name_of(1));
    REQUIRE(reader);
    std::vector<std::uint8_t> bytes(kBytes.size());
    CHECK((*reader)->read(bytes) == kBytes.size());
    CHECK(as_text(bytes) == kBytes);
    CHECK(stage.is_tidy());
}

TEST_CASE("an upload is not there for another account, though it has the same bytes") {
    const Stage stage;
    REQUIRE(stage.put(name_of(1)));
    CHECK_FALSE(stage.inputs->size(name_of(2)));
    CHECK(stage.inputs->open(name_of(2)).error().code == ErrorCode::not_found);
    REQUIRE(stage.put(name_of(2)) == Added::created);
    REQUIRE(stage.inputs->remove(name_of(1)));
    CHECK(stage.inputs->size(name_of(2)));
}

TEST_CASE("bytes that are not those of the name leave nothing behind") {
    const Stage stage;
    CHECK(stage.put(name_of(1), std::string(5000, 'q')).error().code ==
          ErrorCode::invalid_argument);
    CHECK_FALSE(stage.inputs->size(name_of(1)));
    CHECK(stage.is_tidy());
}

TEST_CASE("an upload above the largest file is refused before its first byte") {
    const Stage stage;
    const auto refused = stage.inputs->begin(name_of(1), picture::kMaxFileBytes + 1);
    CHECK(refused.error().message ==
          "a picture to begin with has at most 16777216 bytes, this one 16777217");
}

TEST_CASE("what there is is listed after a restart, and nothing else") {
    const Stage stage;
    REQUIRE(stage.put(name_of(1)));
    REQUIRE(stage.put(name_of(1, "other"), "other"));
    REQUIRE(stage.put(name_of(2)));
    std::ofstream(stage.folder / "inputs" / "notes.txt") << "by hand";
    const auto again = Inputs::open_folder(stage.folder / "inputs").value();
    auto names = again->list();
    std::ranges::sort(names);
    std::vector<InputName> all{name_of(1), name_of(1, "other"), name_of(2)};
    std::ranges::sort(all);
    CHECK(names == all);
    REQUIRE(again->remove(name_of(1)));
    REQUIRE(again->remove(name_of(1)));
    CHECK(again->list().size() == 2);
}

}  // namespace
}  // namespace gotong::blob
