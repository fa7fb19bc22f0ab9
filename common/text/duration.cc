#include "common/text/duration.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace gotong::text {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kMost = 24h * 3'650;

milliseconds unit_of(char letter) {
    switch (letter) {
        case 's':
            return 1s;
        case 'm':
            return 1min;
        case 'h':
            return 1h;
        case 'd':
            return 24h;
        default:
            return 0ms;
    }
}

Failure not_a_duration(std::string_view text) {
    return fail(ErrorCode::invalid_argument,
                "\"" + std::string(text) + "\" is not a length of time, as in 90s, 15m, 2h or 3d");
}

std::string whole(std::int64_t count, const char* unit) { return std::to_string(count) + unit; }

}  // namespace

std::string duration(milliseconds time) {
    const std::int64_t ms = std::max<std::int64_t>(time.count(), 0);
    const std::int64_t seconds = (ms + 500) / 1'000;
    if (ms > 0 && ms < 9'950) {
        const std::int64_t tenths = (ms + 50) / 100;
        return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
    }
    if (seconds < 120) return whole(seconds, " s");
    if (seconds < 2 * 3'600) return whole(seconds / 60, " min");
    if (seconds < 48 * 3'600) return whole(seconds / 3'600, " h");
    return whole(seconds / 86'400, " d");
}

Result<milliseconds> parse_duration(std::string_view text) {
    milliseconds sum{0};
    std::string_view rest = text;
    while (!rest.empty()) {
        std::uint32_t count = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
        if (error != std::errc{} || end == rest.data() + rest.size()) return not_a_duration(text);
        const milliseconds unit = unit_of(*end);
        if (unit == 0ms) return not_a_duration(text);
        sum += unit * std::int64_t{count};
        if (sum > kMost) return not_a_duration(text);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
    }
    if (text.empty()) return not_a_duration(text);
    return sum;
}

}  // namespace gotong::text
