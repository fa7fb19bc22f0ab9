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
    return std::string(text.substr(first, text.find_last_not_of(kMarks) - first + 1));
}

// At most kMaxLicence bytes: whole sentences where there are some, else whole characters.
std::string shortened(std::string text) {
    if (text.size() <= kMaxLicence) return text;
    text.resize(kMaxLicence);
    if (const std::size_t stop = text.rfind(". "); stop != std::string::npos) {
        text.resize(stop + 1);
        return text;
    }
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U) {
        text.pop_back();
    }
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0x80U) text.pop_back();
    return text;
}

// The indented lines that come next, as a list item in Markdown goes on.
std::string with_its_next_lines(std::string stated, std::istream& card) {
    for (std::string line; stated.size() <= kMaxLicence && std::getline(card, line);) {
        const std::string more = trimmed(line);
        if (more.empty() || !line.starts_with("  ")) break;
        stated += " " + more;
    }
    return stated;
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
        if (auto stated = stated_in(line))
            return shortened(with_its_next_lines(*std::move(stated), card));
    }
    std::istringstream licence(file::read_small(folder / "LICENSE", kMaxRead).value_or(""));
    for (std::string line; std::getline(licence, line);) {
        if (std::string first = trimmed(line); !first.empty()) return shortened(std::move(first));
    }
    return "not stated";
}

}  // namespace gotong::model
