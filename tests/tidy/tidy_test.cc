// The repository's own rules, checked like any other behaviour: who may include whom, where each
// third party may appear, how long a file and a function may grow, and that the corridor has no
// missing doors.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <regex>

#include "tests/tidy/source_tree.h"

namespace gotong::tidy {
namespace {

constexpr std::size_t kLongestFile = 500;     // Lines; more is two ideas.
constexpr std::size_t kLongestFunction = 70;  // Lines; more is two ideas.

using Uses = std::map<std::string, std::set<std::string>>;

std::string top_of(const std::string& path) { return path.substr(0, path.find('/')); }

void add_reachable(const std::string& folder, const Uses& uses, std::set<std::string>& reached) {
    if (!reached.insert(folder).second || !uses.contains(folder)) return;
    for (const std::string& next : uses.at(folder)) add_reachable(next, uses, reached);
}

// Who may include a header of a third party: prefix of the header -> prefixes of our paths.
const std::map<std::string, std::vector<std::string>> kThirdParties{
    {"ATen/", {"worker/engine", "worker/renderer", "tests/"}},
    {"torch/", {"worker/engine", "worker/renderer", "tests/"}},
    {"c10/", {"worker/engine", "worker/renderer", "tests/"}},
    {"grpcpp/",
     {"coordinator/rpc", "coordinator/cli", "worker/link", "coordinator/main", "tests/"}},
    {"sqlite3.h", {"coordinator/store", "tests/"}},
    {"sodium", {"common/crypto", "tests/"}},
    {"boost/beast",
     {"coordinator/gateway", "coordinator/cli", "worker/link", "common/http", "tests/"}},
    {"CLI/", {"coordinator/cli", "coordinator/main", "worker/main", "worker/renderer", "tests/"}},
};

bool allowed(const std::string& path, const std::vector<std::string>& prefixes) {
    return std::ranges::any_of(prefixes,
                               [&](const auto& prefix) { return path.starts_with(prefix); });
}

TEST_CASE("folders include only the folders that their USES name, directly or through others") {
    const Uses uses = declared_uses();
    for (const SourceFile& file : source_files()) {
        if (file.path.starts_with("tests/")) continue;
        const std::string from = library_of(file.path, uses);
        if (!uses.contains(from)) continue;  // A binary's main.cc: the linker checks it.
        std::set<std::string> reachable{"common"};
        add_reachable(from, uses, reachable);
        for (const std::string& included : quoted_includes(file)) {
            if (included.starts_with("gotong/v1/")) continue;  // Generated from proto/.
            INFO(file.path << " includes " << included);
            CHECK(reachable.contains(library_of(included, uses)));
        }
    }
}

TEST_CASE("worker and coordinator never include each other, and common includes neither") {
    for (const SourceFile& file : source_files()) {
        const std::string from = top_of(file.path);
        if (from == "tests") continue;
        for (const std::string& included : quoted_includes(file)) {
            const std::string to = top_of(included);
            INFO(file.path << " includes " << included);
            CHECK((to == from || to == "common" || to == "gotong"));
        }
    }
}

TEST_CASE("each third party stays behind its own folders") {
    for (const SourceFile& file : source_files()) {
        for (const std::string& included : system_includes(file)) {
            for (const auto& [header, owners] : kThirdParties) {
                if (!included.starts_with(header)) continue;
                INFO(file.path << " includes <" << included << ">");
                CHECK(allowed(file.path, owners));
            }
        }
    }
}

TEST_CASE("no file and no function has grown into two ideas") {
    for (const SourceFile& file : source_files()) {
        INFO(file.path << " has " << file.lines.size() << " lines");
        CHECK(file.lines.size() <= kLongestFile);
        for (const FunctionSpan& function : functions(file)) {
            INFO(file.path << ":" << function.first_line << " has " << function.lines << " lines");
            CHECK(function.lines <= kLongestFunction);
        }
    }
}

TEST_CASE("every header is included once and says what it is before anything else") {
    for (const SourceFile& file : source_files()) {
        if (!file.path.ends_with(".h")) continue;
        INFO(file.path);
        REQUIRE_FALSE(file.lines.empty());
        CHECK(file.lines.front().starts_with("// "));
        CHECK(std::ranges::find(file.lines, "#pragma once") != file.lines.end());
    }
}

TEST_CASE("every stop that a corridor line names exists") {
    static const std::regex stop{R"(\[?([a-z0-9_]+(?:/[a-z0-9_]+)+)\]?)"};
    const std::vector<SourceFile> files = source_files();
    std::size_t corridors = 0;
    const auto exists = [&](const std::string& name) {
        return std::ranges::any_of(files, [&](const SourceFile& file) {
            const std::string path = "/" + file.path;
            return path.ends_with("/" + name + ".h") || path.ends_with("/" + name + ".cc");
        });
    };
    for (const SourceFile& file : files) {
        for (const std::string& line : file.lines) {
            const std::string mark = "// Corridor: ";
            if (!line.starts_with(mark)) continue;
            ++corridors;
            const std::string stops = line.substr(mark.size());
            for (std::sregex_iterator it{stops.begin(), stops.end(), stop}, end; it != end; ++it) {
                INFO(file.path << " names " << (*it)[1]);
                CHECK(exists((*it)[1]));
            }
        }
    }
    CHECK(corridors >= 10);
}

TEST_CASE("every test file is built") {
    std::string lists;
    for (const SourceFile& file : list_files()) {
        for (const std::string& line : file.lines) {
            lists += file.path.substr(0, file.path.rfind('/')) + " " + line + "\n";
        }
    }
    for (const SourceFile& file : source_files()) {
        if (!file.path.ends_with("_test.cc")) continue;
        const auto name = std::filesystem::path(file.path).filename().string();
        INFO(file.path);
        CHECK(lists.find(name) != std::string::npos);
    }
}

}  // namespace
}  // namespace gotong::tidy
