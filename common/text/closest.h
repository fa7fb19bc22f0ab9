// "Did you mean ...?": the known word that is fewest edits away.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace gotong::text {

// Levenshtein's distance, in bytes. Looks at the first 64 bytes of each word: names are no longer.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known word with the smallest distance, the first of equals; empty when `known` is.
std::string_view closest(std::string_view word, std::span<const std::string_view> known);

}  // namespace gotong::text
