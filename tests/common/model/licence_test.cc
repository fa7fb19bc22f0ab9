// Where a model's licence is found.
#include "common/model/licence.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>

#include "common/model/manifest.h"
#include "tests/support/temp_dir.h"

namespace gotong::model {
namespace {

std::string licence_of_card(const std::string& card) {
    const test::TempDir folder;
    std::ofstream(folder / "README.md") << card;
    return licence_in(folder.path());
}

TEST_CASE("front matter, a list item and a plain line all state a licence") {
    CHECK(licence_of_card("---\nlicense: creativeml-openrail-m\ntags: [a]\n---\n# Model\n") ==
          "creativeml-openrail-m");
    CHECK(licence_of_card("# Model\n- **Licence:** SIL OFL 1.1\n") == "SIL OFL 1.1");
    CHECK(licence_of_card("License: Apache-2.0\r\n") == "Apache-2.0");
    CHECK(licence_of_card("license:\nLicense: MIT\n") == "MIT");
}

TEST_CASE("the demo model's card states its licence") {
    const std::string stated = licence_in(std::string(GOTONG_SOURCE_DIR) + "/models/emoji");
    CHECK(stated.find("SIL Open Font License 1.1") != std::string::npos);
    CHECK(stated.ends_with("licence."));  // Whole sentences, of a statement over several lines.
}

TEST_CASE("a list item goes on over indented lines, up to the next item") {
    CHECK(licence_of_card("- **Licence:** pictures: OFL 1.1,\n  text: MIT\n- **Size:** small\n") ==
          "pictures: OFL 1.1, text: MIT");
    CHECK(licence_of_card("---\nlicense: mit\ntags: [a]\n---\n") == "mit");
}

TEST_CASE("a long statement ends with a whole sentence") {
    const std::string sentence(150, 'a');
    CHECK(licence_of_card("license: " + sentence + ". " + sentence + ".") == sentence + ".");
}

TEST_CASE("without a card the first line of LICENSE counts, without both nothing is stated") {
    const test::TempDir folder;
    CHECK(licence_in(folder.path()) == "not stated");
    std::ofstream(folder / "LICENSE") << "\n   MIT License\n\nCopyright\n";
    CHECK(licence_in(folder.path()) == "MIT License");
}

TEST_CASE("a long statement is cut at a whole character") {
    std::string accents;
    for (int i = 0; i < 300; ++i) accents += "\xc3\xa9";
    const std::string even = licence_of_card("license: " + accents);
    CHECK(even.size() <= kMaxLicence);
    const std::string odd = licence_of_card("license: x" + accents);
    CHECK(odd.size() <= kMaxLicence);
    CHECK(odd.size() >= kMaxLicence - 4);
    for (const std::string& text : {even, odd}) {
        CHECK(static_cast<unsigned char>(text.back()) == 0xa9);  // Never a lone first byte.
    }
}

}  // namespace
}  // namespace gotong::model
