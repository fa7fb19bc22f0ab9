// What scripts rely on, with no coordinator anywhere: exit codes, --help, --json. With one:
// tests/e2e.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace gotong::test {
namespace {

// A user who has nothing: no pool, no known pools.
class Newcomer {
  public:
    Finished gotong(std::vector<std::string> words) const {
        words.insert(words.begin(), std::string{GOTONG_BIN_DIR} + "/gotong");
        return run(words, {{"HOME", home_.path().string()},
                           {"XDG_DATA_HOME", ""},
                           {"XDG_CONFIG_HOME", ""},
                           {"GOTONG_HOME", ""},
                           {"GOTONG_COORDINATOR", ""},
                           {"GOTONG_TOKEN", ""}});
    }
    std::string file(const std::string& name) const { return (home_ / name).string(); }

  private:
    TempDir home_;
};

TEST_CASE("every command explains itself, with examples") {
    const Newcomer user;
    CHECK(user.gotong({"--help"}).status == 0);
    CHECK(user.gotong({"--version"}).out.starts_with("gotong "));
    const std::vector<std::vector<std::string>> commands{{"up"},
                                                         {"render"},
                                                         {"watch"},
                                                         {"status"},
                                                         {"jobs"},
                                                         {"cancel"},
                                                         {"explain"},
                                                         {"verify"},
                                                         {"invite"},
                                                         {"models", "add"},
                                                         {"models", "list"},
                                                         {"models", "remove"},
                                                         {"token", "create"},
                                                         {"token", "list"},
                                                         {"token", "revoke"},
                                                         {"token", "set"},
                                                         {"pool", "requeue"},
                                                         {"worker", "list"},
                                                         {"worker", "revoke"},
                                                         {"pool", "list"},
                                                         {"pool", "trust"},
                                                         {"pool", "forget"},
                                                         {"pool", "backup"},
                                                         {"pool", "restore"},
                                                         {"pool", "check"}};
    for (std::vector<std::string> words : commands) {
        words.push_back("--help");
        const Finished help = user.gotong(words);
        INFO(words[0] << " " << words[1]);
        CHECK(help.status == 0);
        CHECK(help.out.find("Examples:") != std::string::npos);
        CHECK(help.out.find("--json") != std::string::npos);
    }
}

TEST_CASE("a mistyped command is answered with the closest one") {
    const Finished refused = Newcomer().gotong({"rendr", "a red apple"});
    INFO(refused.err);
    CHECK(refused.status == 2);
    CHECK(refused.err.find("\"render\"") != std::string::npos);
}

TEST_CASE("a missing folder for previews is named as what it is") {
    const Newcomer user;
    const Finished refused = user.gotong({"watch", std::string(32, '0'), "--out",
                                          user.file("a.png"), "--previews", user.file("nowhere")});
    INFO(refused.err);
    CHECK(refused.status == 2);
    CHECK(refused.err.find("previews: there is no folder") != std::string::npos);
}

TEST_CASE("wrong usage is exit code 2") {
    const Newcomer user;
    CHECK(user.gotong({}).status == 2);
    CHECK(user.gotong({"paint"}).status == 2);
    CHECK(user.gotong({"render"}).status == 2);
    CHECK(user.gotong({"render", "a red apple", "--sise", "1x1"}).status == 2);
    CHECK(user.gotong({"token", "buy"}).status == 2);
    CHECK(user.gotong({"status", "--jobs", "0"}).status == 2);
    CHECK(user.gotong({"cancel"}).status == 2);
    CHECK(user.gotong({"cancel", "0", "--all"}).status == 2);
    CHECK(user.gotong({"token", "set", "ana"}).status == 2);
    CHECK(user.gotong({"render", "a red apple", "--start-in", "soon"}).status == 2);
}

TEST_CASE("no coordinator is exit code 3, at once, and says how to get one") {
    const Newcomer user;
    const std::vector<std::vector<std::string>> commands{{"render", "a red apple"},
                                                         {"status"},
                                                         {"watch", "0"},
                                                         {"models", "list"},
                                                         {"invite"},
                                                         {"token", "list"},
                                                         {"worker", "list"},
                                                         {"jobs"},
                                                         {"cancel", "--all"},
                                                         {"explain", "0"},
                                                         {"pool", "requeue", "0"}};
    for (const auto& words : commands) {
        const Finished refused = user.gotong(words);
        INFO(words[0] << refused.err);
        CHECK(refused.status == 3);
        CHECK(refused.err.find("gotong up") != std::string::npos);
    }
}

TEST_CASE("an error is an object with --json") {
    const Newcomer user;
    const Finished refused = user.gotong({"render", "a red apple", "--size", "wide", "--json"});
    CHECK(refused.status == 2);
    const auto error = nlohmann::json::parse(refused.out).at("error");
    CHECK(error.at("field") == "size");
    CHECK(error.at("code") == 3);
}

TEST_CASE("where a picture cannot be written is said before anything else") {
    const Newcomer user;
    const Finished refused =
        user.gotong({"render", "a red apple", "--out", user.file("missing/apple.png")});
    INFO(refused.err);
    CHECK(refused.status == 2);
    CHECK(refused.err.find("missing") != std::string::npos);
}

TEST_CASE("what is no picture, or has no receipt, is exit code 2 of verify") {
    const Newcomer user;
    CHECK(user.gotong({"verify", user.file("nothing.png")}).status == 2);
    std::ofstream{user.file("text.png")} << "not a picture";
    CHECK(user.gotong({"verify", user.file("text.png")}).status == 2);
    const std::string plain = std::string{GOTONG_SOURCE_DIR} + "/models/emoji/examples.png";
    const Finished unsigned_picture = user.gotong({"verify", plain, "--json"});
    INFO(unsigned_picture.err);
    CHECK(unsigned_picture.status == 2);
    CHECK(nlohmann::json::parse(unsigned_picture.out).contains("error"));
    CHECK(user.gotong({"verify", plain, "--pool-key", "nonsense"}).status == 2);
}

TEST_CASE("pools are trusted, listed and forgotten") {
    const Newcomer user;
    // RFC 8032, test 1's public key.
    const std::string key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    CHECK(user.gotong({"pool", "trust", "attic", key}).status == 0);
    CHECK(user.gotong({"pool", "trust", "attic", key}).status == 0);
    const auto pools =
        nlohmann::json::parse(user.gotong({"pool", "list", "--json"}).out).at("pools");
    REQUIRE(pools.size() == 1);
    CHECK(pools.at(0).at("name") == "attic");
    CHECK(pools.at(0).at("key") == key);
    CHECK(user.gotong({"pool", "--json"}).out == user.gotong({"pool", "list", "--json"}).out);
    CHECK(user.gotong({"pool", "trust", "cellar", "short"}).status == 2);
    CHECK(user.gotong({"pool", "forget", "attic"}).status == 0);
    CHECK(user.gotong({"pool", "forget", "attic"}).status == 2);
    CHECK(nlohmann::json::parse(user.gotong({"pool", "list", "--json"}).out).at("pools").empty());
}

TEST_CASE("up says what is wrong with its models before it leaves anything running") {
    const Newcomer user;
    const Finished refused = user.gotong(
        {"up", "--data", user.file("pool"), "--models", user.file("no-models"), "--", "/bin/true"});
    INFO(refused.err);
    CHECK(refused.status == 2);
    CHECK(refused.err.find("no-models") != std::string::npos);
}

}  // namespace
}  // namespace gotong::test
