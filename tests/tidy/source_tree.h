// The repository as text: which files there are, what they include, where their functions begin
// and end. Reads the tree once; needs no compiler.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace gotong::tidy {

struct SourceFile {
    std::string path;  // From the top, with forward slashes.
    std::vector<std::string> lines;
};

// Every .h and .cc below common, coordinator, worker and tests.
std::vector<SourceFile> source_files();

// Every CMakeLists.txt that git would track.
std::vector<SourceFile> list_files();

// Library folder -> the folders that its gotong_library() call names after USES.
std::map<std::string, std::set<std::string>> declared_uses();

// The longest folder of `path` that is a library, or the path's own folder if none is.
std::string library_of(const std::string& path,
                       const std::map<std::string, std::set<std::string>>& libraries);

// What is written between the quotes (or angle brackets) of the file's #include lines.
std::vector<std::string> quoted_includes(const SourceFile& file);
std::vector<std::string> system_includes(const SourceFile& file);

struct FunctionSpan {
    std::size_t first_line = 0;  // 1-based.
    std::size_t lines = 0;
};

// Bodies of functions, as clang-format lays them out: a line that ends in ") {" or the like, down
// to the brace that closes it at the same indentation.
std::vector<FunctionSpan> functions(const SourceFile& file);

}  // namespace gotong::tidy
