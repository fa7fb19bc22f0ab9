#include "common/text/closest.h"

#include <algorithm>
#include <array>
#include <limits>

namespace gotong::text {
namespace {

constexpr std::size_t kLongest = 64;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    a = a.substr(0, kLongest);
    b = b.substr(0, kLongest);
    std::array<std::size_t, kLongest + 1> row{};  // Distances of a's prefix to each prefix of b.
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row[b.size()];
}

std::string_view closest(std::string_view word, std::span<const std::string_view> known) {
    std::string_view best;
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (const std::string_view candidate : known) {
        const std::size_t edits = edit_distance(word, candidate);
        if (edits >= fewest) continue;
        fewest = edits;
        best = candidate;
    }
    return best;
}

}  // namespace gotong::text
