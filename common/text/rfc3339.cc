#include "common/text/rfc3339.h"

#include <charconv>
#include <cstdio>

namespace gotong::text {
namespace {

constexpr std::string_view kPattern = "0000-00-00T00:00:00.000Z";

bool has_shape(std::string_view text) {
    if (text.size() != kPattern.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kPattern[i] == '0' ? !digit : text[i] != kPattern[i]) return false;
    }
    return true;
}

int number_at(std::string_view text, std::size_t offset, std::size_t digits) {
    int number = 0;
    std::from_chars(text.data() + offset, text.data() + offset + digits, number);
    return number;
}

}  // namespace

std::string to_rfc3339(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    char text[64];
    std::snprintf(
        text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text;
}

Result<WallTime> from_rfc3339(std::string_view text) {
    const Failure refused =
        fail(ErrorCode::invalid_argument, "a time must look like 2026-11-23T23:30:00.125Z");
    if (!has_shape(text)) return refused;
    const std::chrono::year_month_day date{
        std::chrono::year(number_at(text, 0, 4)),
        std::chrono::month(static_cast<unsigned>(number_at(text, 5, 2))),
        std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2)))};
    const int hour = number_at(text, 11, 2);
    const int minute = number_at(text, 14, 2);
    const int second = number_at(text, 17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return refused;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + std::chrono::milliseconds(number_at(text, 20, 3));
}

}  // namespace gotong::text
