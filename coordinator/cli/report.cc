#include "coordinator/cli/report.h"

#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/text/duration.h"
#include "common/text/printable.h"

namespace gotong::cli {
namespace {

constexpr std::int64_t kMicro = 1'000'000;

void write_line(std::FILE* file, std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), file);
    std::fputc('\n', file);
    std::fflush(file);
}

}  // namespace

void report(const Error& error, bool json) {
    write_line(stderr, "gotong: " + text::printable(error.message));
    if (!json) return;
    print_json({{"error",
                 {{"code", static_cast<int>(error.code)},
                  {"field", error.field},
                  {"message", error.message}}}});
}

void print_json(const nlohmann::ordered_json& object) {
    // Bytes that are not UTF-8 can only come from the user's own arguments or a file name.
    write_line(stdout,
               object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void print_line(std::string_view line) { write_line(stdout, line); }

void note(std::string_view line) { write_line(stderr, line); }

std::string time_text(std::uint64_t ms) {
    return text::duration(std::chrono::milliseconds{static_cast<std::int64_t>(ms)});
}

std::string credits_text(std::int64_t micro_credits) {
    const char* sign = micro_credits < 0 ? "-" : "";
    const std::int64_t size = micro_credits < 0 ? -micro_credits : micro_credits;
    std::string text = fmt::format("{}{}.{:06}", sign, size / kMicro, size % kMicro);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace gotong::cli
