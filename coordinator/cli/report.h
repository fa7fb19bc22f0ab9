// What a command says: results on standard output, everything else on standard error.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::cli {

// "gotong: <message>" on standard error; with `json` also {"error": {...}} on standard output.
void report(const Error& error, bool json);

void print_json(const nlohmann::ordered_json& object);

// A line on standard output. Text of strangers goes through text/printable.h before.
void print_line(std::string_view line);

// A line on standard error.
void note(std::string_view line);

// Milliseconds, as text/duration says them.
std::string time_text(std::uint64_t ms);

// 1500000 -> "1.5", 2000000 -> "2".
std::string credits_text(std::int64_t micro_credits);

}  // namespace gotong::cli
