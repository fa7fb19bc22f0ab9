#include "common/model/licence.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "common/file/file.h"
#include "common/model/manifest.h"

namespace gotong::model {
namespace {

constexpr std::size_t kMaxRead = 1U << 20U;  // A model card of a megabyte is none.

std::string trimmed(std::string_view text) {
    constexpr std::string_view kMarks = " \t\r\n*_#\"'";
    const std::size_t first = text.find_first_not_of(kMarks);
    if (first == std::string_view::npos) return {};
    std::string line(text.substr(first, text.find_last_not_of(kMarks) - first + 1));
    if (line.size() <= kMaxLicence) return line;
    line.resize(kMaxLicence);
    // No half of a UTF-8 character at the end.
    while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0U) == 0x80U) {
        line.pop_back();
    }
    if (!line.empty() && static_cast<unsigned char>(line.back()) >= 0x80U) line.pop_back();
    return line;
}

// The rest of "license: x", "- **Licence:** x" and the like.
std::optional<std::string> stated_in(const std::string& line) {
    std::string lower = line;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    for (const char* word : {"license:", "licence:"}) {
        const std::size_t at = lower.find(word);
        if (at == std::string::npos) continue;
        std::string stated = trimmed(std::string_view(line).substr(at + std::string(word).size()));
        if (!stated.empty()) return stated;
    }
    return std::nullopt;
}

}  // namespace

std::string licence_in(const std::filesystem::path& folder) {
    std::istringstream card(file::read_small(folder / "README.md", kMaxRead).value_or(""));
    for (std::string line; std::getline(card, line);) {
        if (auto stated = stated_in(line)) return *stated;
    }
    std::istringstream licence(file::read_small(folder / "LICENSE", kMaxRead).value_or(""));
    for (std::string line; std::getline(licence, line);) {
        if (std::string first = trimmed(line); !first.empty()) return first;
    }
    return "not stated";
}

}  // namespace gotong::model
