// Where a picture goes: its name, and writing it so that nothing is lost.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::cli {

// "A red Apple!" -> "a-red-apple". ASCII, at most 48 characters; "picture" when nothing is left.
std::string slug(std::string_view prompt);

// "<slug>-<seed>.png"; a private picture's name says nothing of its prompt.
std::string default_name(std::string_view prompt, std::uint64_t seed, bool is_private);

// "out/apple.png", 2 -> "out/apple-2.png".
std::filesystem::path numbered(const std::filesystem::path& path, std::size_t number);

// Errors: invalid_argument when the folder that `path` lies in is missing or cannot be written to.
Result<> check_writable(const std::filesystem::path& path);

// Writes the whole file or nothing. save_new() never replaces one: it takes the first of name.png,
// name-2.png ... that is free, and returns it.
Result<std::filesystem::path> save_new(const std::filesystem::path& path, std::string_view bytes);
Result<> save_over(const std::filesystem::path& path, std::string_view bytes);

}  // namespace gotong::cli
