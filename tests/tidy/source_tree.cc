#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace gotong::tidy {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = GOTONG_SOURCE_DIR;
constexpr const char* kTops[] = {"common", "coordinator", "worker", "tests", "proto"};

SourceFile read(const fs::path& path) {
    SourceFile file{.path = fs::relative(path, kRoot).generic_string(), .lines = {}};
    std::ifstream stream{path};
    for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
    return file;
}

template <class Wanted>
std::vector<SourceFile> read_all(Wanted wanted) {
    std::vector<SourceFile> files;
    for (const char* top : kTops) {
        if (!fs::exists(kRoot / top)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
            if (entry.is_regular_file() && wanted(entry.path()))
                files.push_back(read(entry.path()));
        }
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

std::string text_of(const SourceFile& file) {
    std::string text;
    for (const std::string& line : file.lines) text += line.substr(0, line.find('#')) + '\n';
    return text;
}

std::vector<std::string> includes(const SourceFile& file, char open, char close) {
    const std::string start = std::string("#include ") + open;
    std::vector<std::string> found;
    for (const std::string& line : file.lines) {
        if (!line.starts_with(start)) continue;
        found.push_back(line.substr(start.size(), line.find(close, start.size()) - start.size()));
    }
    return found;
}

std::size_t indent_of(const std::string& line) { return line.find_first_not_of(' '); }

bool opens_function(const std::string& line) {
    static const std::regex opening{
        R"(\)( const)?( noexcept)?( override)?( final)?( try)?( -> .+)? \{$)"};
    static const std::regex statement{
        R"(^\s*(\} )?(if|for|while|switch|else|do|catch|return|namespace)\b)"};
    return std::regex_search(line, opening) && !std::regex_search(line, statement);
}

}  // namespace

std::vector<SourceFile> source_files() {
    return read_all(
        [](const fs::path& path) { return path.extension() == ".h" || path.extension() == ".cc"; });
}

std::vector<SourceFile> list_files() {
    return read_all([](const fs::path& path) { return path.filename() == "CMakeLists.txt"; });
}

std::map<std::string, std::set<std::string>> declared_uses() {
    static const std::regex call{R"(gotong_library\(([^)]*)\))"};
    static const std::set<std::string> keywords{"SOURCES", "USES", "LINKS", "HIDES"};
    std::map<std::string, std::set<std::string>> uses{{"common", {}}};
    for (const SourceFile& file : list_files()) {
        const std::string text = text_of(file);
        for (std::sregex_iterator it{text.begin(), text.end(), call}, end; it != end; ++it) {
            std::istringstream words{(*it)[1]};
            std::string folder, keyword;
            words >> folder;
            auto& used = uses[folder];
            for (std::string word; words >> word;) {
                if (keywords.contains(word))
                    keyword = word;
                else if (keyword == "USES")
                    used.insert(word);
            }
        }
    }
    return uses;
}

std::string library_of(const std::string& path,
                       const std::map<std::string, std::set<std::string>>& libraries) {
    std::string folder = path.substr(0, path.rfind('/'));
    for (std::string candidate = folder; !candidate.empty();) {
        if (libraries.contains(candidate)) return candidate;
        const auto slash = candidate.rfind('/');
        candidate = slash == std::string::npos ? "" : candidate.substr(0, slash);
    }
    return folder;
}

std::vector<std::string> quoted_includes(const SourceFile& file) {
    return includes(file, '"', '"');
}

std::vector<std::string> system_includes(const SourceFile& file) {
    return includes(file, '<', '>');
}

std::vector<FunctionSpan> functions(const SourceFile& file) {
    std::vector<FunctionSpan> spans;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        if (!opens_function(file.lines[i])) continue;
        // A signature broken over lines is indented deeper than the brace that ends its body.
        for (std::size_t j = i + 1; j < file.lines.size(); ++j) {
            const std::string& line = file.lines[j];
            const std::size_t indent = indent_of(line);
            if (indent == std::string::npos || line[indent] != '}') continue;
            if (indent > indent_of(file.lines[i])) continue;
            spans.push_back({.first_line = i + 1, .lines = j - i + 1});
            break;
        }
    }
    return spans;
}

}  // namespace gotong::tidy
